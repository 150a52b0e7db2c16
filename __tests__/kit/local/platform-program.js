// Runs the local platform in a process of its own, to be killed: prints the process ids of its instances.
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
require('./register-typescript');
const { RootConstruct } = require('constructs');
const { LocalPlatform } = require('../../../modules/local/platform');

const dataDirectory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-killed-'));
const platform = new LocalPlatform(new RootConstruct(), 'local', {
  dataDirectory,
  httpsPort: 0,
  httpPort: 0,
  log: () => undefined,
});
const service = platform.tlsService('echo', {
  artifact: { kind: 'binary', path: process.execPath, args: [process.argv[2]] },
  publicPaths: ['/slow'],
});
void platform.start().then(() => {
  fs.rmSync(dataDirectory, { recursive: true });
  console.log(JSON.stringify(service.instances().map((instance) => instance.pid)));
});
