// Plain JavaScript: this is what runs before anything is installed.
'use strict';
const childProcess = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const project = path.resolve(__dirname, '../..');
const stampFile = path.join(project, 'node_modules/.sandpiper');

/** The commands that install system packages on a new machine. */
const INSTALLING_COMMANDS = ['up', 'test'];

/** Nobody waits longer than this without a line. */
const SILENCE_MILLISECONDS = 4000;

/**
 * Runs `npm ci` when node_modules is missing or is not what package-lock.json says.
 *
 * @param {string | undefined} command the command that is run afterwards
 * @returns {Promise<void>} rejects when npm fails, with what it printed
 */
async function installNodeModules(command) {
  const wanted = fingerprint();
  if (wanted !== undefined && read(stampFile) === wanted) return;
  if (!isInstalled()) await runNpmCi(command);
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

async function runNpmCi(command) {
  const names = Object.keys(JSON.parse(fs.readFileSync(path.join(project, 'package-lock.json'), 'utf8')).packages);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const countInstalled = () => names.filter((name) => fs.existsSync(path.join(project, name, 'package.json'))).length;
  console.error('sandpiper: installing npm packages (npm ci; a minute or two, once) ...');
  const timer = setInterval(() => {
    console.error(`sandpiper: installing npm packages: ${countInstalled()} of ${names.length}, ${seconds()} s`);
  }, SILENCE_MILLISECONDS);
  // npm computes, apt waits for its mirror: together they take no longer than one of them.
  const lists = INSTALLING_COMMANDS.includes(command) ? fetchPackageLists() : Promise.resolve();
  // What the lock file names never changes, so that npm's cache need not be asked whether it is fresh.
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  try {
    await run('npm', ['ci', ...options]);
  } catch (error) {
    throw Object.assign(new Error(`could not install the npm packages: ${error.message}`), { exitCode: 3 });
  } finally {
    clearInterval(timer);
  }
  await lists;
  console.error(`sandpiper: installed npm packages in ${seconds()} s`);
}

/** Fetches apt's package lists where root's machine never did. Whoever installs packages afterwards meets and tells what is wrong. */
function fetchPackageLists() {
  const isRoot = process.getuid !== undefined && process.getuid() === 0;
  const lists = '/var/lib/apt/lists';
  if (!isRoot || !fs.existsSync(lists)) return Promise.resolve();
  if (fs.readdirSync(lists).some((name) => /_Packages(\.\w+)?$/.test(name))) return Promise.resolve();
  return run('apt-get', ['update']).catch(() => undefined);
}

function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = childProcess.spawn(program, args, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    child.stdout.on('data', (chunk) => (printed += chunk));
    child.stderr.on('data', (chunk) => (printed += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code}\n${printed.trim()}`));
    });
  });
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

module.exports = { installNodeModules };
