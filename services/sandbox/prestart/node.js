// Preloaded by Node.js when it waits for a job: it then goes on as if it had been started now, with the job's arguments. The
// threads and processes that the program starts inherit the hook: they have nothing to wait for.
'use strict';
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.SANDPIPER_WAIT !== undefined) {
  const fs = require('node:fs');
  const job = JSON.parse(fs.readFileSync(3, 'utf8'));
  fs.closeSync(3);
  delete process.env.SANDPIPER_WAIT;
  process.argv.push(...job.args);
  if (job.nodeOptions === null) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = job.nodeOptions;
}
delete require.cache[__filename];
