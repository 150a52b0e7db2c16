// node bench/run.js <name> [arguments]: compiles what is stale and runs `bench/<name>/<name>-bench.ts`.
'use strict';
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const [name, ...args] = process.argv.slice(2);
if (!/^[a-z-]+$/.test(name ?? '')) {
  console.error('usage: node bench/run.js <name> [arguments], such as: node bench/run.js front');
  process.exit(2);
}
require('../tools/artifacts/build/typescript').compileTypeScript();
const program = path.join(__dirname, `../dist/bench/${name}/${name}-bench.js`);
process.exitCode = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' }).status ?? 1;
