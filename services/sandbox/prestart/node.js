// Preloaded by Node.js when it waits for a job: it then goes on as if it had been started now, with the job's arguments.
'use strict';
const fs = require('node:fs');

const job = JSON.parse(fs.readFileSync(3, 'utf8'));
fs.closeSync(3);
process.argv.push(...job.args);
if (job.nodeOptions === null) delete process.env.NODE_OPTIONS;
else process.env.NODE_OPTIONS = job.nodeOptions;
delete require.cache[__filename];
