// Plain JavaScript, as everything that cli/app.js needs.
'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

/**
 * Runs a bundled CommonJS file as `require` would, but keeps V8's compiled code beside it for the next time: compiling four
 * megabytes takes a quarter of a short run. Code that another version of Node.js compiled is refused by V8 and made anew.
 *
 * @param {string} file absolute path
 * @param {string} variant runs that use the same parts of the file share their code
 */
function runBundle(file, variant) {
  const codeFile = `${file}.${variant}.${process.version}.code`;
  const cachedData = newerThan(codeFile, file);
  const script = new vm.Script(Module.wrap(fs.readFileSync(file, 'utf8')), { filename: file, cachedData });
  const module = new Module(file);
  module.filename = file;
  if (cachedData === undefined || script.cachedDataRejected) {
    // At the end, when the functions that were used are compiled.
    process.once('exit', (exitCode) => {
      if (exitCode === 0) write(codeFile, script.createCachedData());
    });
  }
  script.runInThisContext()(module.exports, Module.createRequire(file), module, file, path.dirname(file));
}

function newerThan(file, source) {
  const { mtimeMs } = fs.statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
  return mtimeMs > fs.statSync(source).mtimeMs ? fs.readFileSync(file) : undefined;
}

/** The code only saves time: where it cannot be kept, the next run takes longer. */
function write(file, contents) {
  try {
    fs.writeFileSync(`${file}.${process.pid}`, contents);
    fs.renameSync(`${file}.${process.pid}`, file);
  } catch {}
}

module.exports = { runBundle };
