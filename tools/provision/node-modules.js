// Plain JavaScript: this is what runs before anything is installed.
'use strict';
const childProcess = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const project = path.resolve(__dirname, '../..');
const stampFile = path.join(project, 'node_modules/.sandpiper');

/**
 * Runs `npm ci` when node_modules is missing or is not what package-lock.json says.
 *
 * @throws {Error} when npm fails; it has printed why
 */
function installNodeModules() {
  const wanted = fingerprint();
  if (wanted !== undefined && read(stampFile) === wanted) return;
  if (!isInstalled()) runNpmCi();
  fs.writeFileSync(stampFile, fingerprint() || '');
}

/** Stands for the lock file and for what npm last installed; undefined when it installed nothing. */
function fingerprint() {
  const installed = read(path.join(project, 'node_modules/.package-lock.json'));
  if (installed === undefined) return undefined;
  const lock = fs.readFileSync(path.join(project, 'package-lock.json'));
  return crypto.createHash('sha256').update(lock).update(installed).digest('hex');
}

/** Whether npm's own note of what it installed holds every package of the lock file: a user may have run npm too. */
function isInstalled() {
  const note = read(path.join(project, 'node_modules/.package-lock.json'));
  if (note === undefined) return false;
  const installed = JSON.parse(note).packages;
  const wanted = JSON.parse(fs.readFileSync(path.join(project, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === '' || entry.optional || entry.devOptional) return true;
    return installed[name] !== undefined && installed[name].version === entry.version;
  });
}

function runNpmCi() {
  console.error('sandpiper: installing npm packages (npm ci; a minute or two, once) ...');
  const started = Date.now();
  const { status, error } = childProcess.spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
    stdio: ['ignore', 2, 2],
  });
  if (error || status !== 0) {
    const why = error ? error.message : `npm ci ended with ${status}`;
    throw Object.assign(new Error(`could not install the npm packages: ${why}`), { exitCode: 3 });
  }
  console.error(`sandpiper: installed npm packages in ${Math.round((Date.now() - started) / 1000)} s`);
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

module.exports = { installNodeModules };
