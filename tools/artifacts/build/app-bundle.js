// Plain JavaScript, as everything that cli/app.js needs.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const project = path.resolve(__dirname, '../../..');
const bundle = path.join(project, 'dist/app/main.js');

/**
 * The app of main.ts with all that it loads in one file, made when it is stale: reading a thousand files of cdktf and its
 * bindings takes longer than synthesizing. It stands as deep below the project as `dist/stacks`, for some sources look for
 * the project from where they are.
 *
 * @returns {string} its path
 */
function bundleApp() {
  const wanted = fingerprint();
  if (read(`${bundle}.stamp`) === wanted && fs.existsSync(bundle)) return bundle;
  const temporary = `${bundle}.${process.pid}`;
  require('esbuild').buildSync({
    absWorkingDir: project,
    entryPoints: ['main.ts'],
    outfile: temporary,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // Identifiers stay as they are: names of classes may be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  fs.renameSync(temporary, bundle);
  fs.writeFileSync(`${bundle}.stamp`, wanted);
  return bundle;
}

/** What was compiled last, and what npm installed last. */
function fingerprint() {
  const { fingerprint: sources } = JSON.parse(read(path.join(project, 'dist/.typescript.json')));
  const installed = fs.statSync(path.join(project, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
  return `${sources} ${installed?.size} ${installed?.mtimeMs} ${fs.statSync(__filename).mtimeMs}`;
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

module.exports = { bundleApp };
