// Plain JavaScript: this is what runs before anything is compiled.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const project = path.resolve(__dirname, '../../..');
const output = path.join(project, 'dist');
const stampFile = path.join(output, '.typescript.json');

/** What is compiled: file for file, so that `dist/` mirrors the tree and a command loads only what it needs. The benchmarks start the tests' servers. */
const ROOTS = [
  'main.ts',
  'contracts',
  'stacks',
  'modules',
  'services',
  'tools',
  'cli',
  'bench',
  '__tests__/kit/engines',
];

/**
 * Compiles what is stale into `dist/` and returns whether anything was. Types are not checked here: `./sandpiper test`
 * does. Any number of processes may do it at the same time.
 *
 * @returns {boolean}
 * @throws {Error} with the compiler's message when a source cannot be parsed
 */
function compileTypeScript() {
  const sources = ROOTS.flatMap((root) => sourcesBelow(root)).sort();
  const fingerprint = fingerprintOf(sources);
  const stamp = readStamp();
  if (stamp?.fingerprint === fingerprint) return false;

  const { buildSync } = requireEsbuild();
  const { outputFiles } = buildSync({
    absWorkingDir: project,
    entryPoints: sources,
    outbase: '.',
    outdir: 'dist',
    format: 'cjs',
    platform: 'node',
    loader: { '.json': 'copy' },
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    write: false,
    logLevel: 'silent',
  });
  const written = outputFiles.map((file) => {
    writeIfChanged(file.path, file.contents);
    return path.relative(output, file.path);
  });
  // Output of sources that are gone would still be found by `require`.
  const kept = new Set(written);
  for (const file of stamp?.files ?? []) if (!kept.has(file)) fs.rmSync(path.join(output, file), { force: true });
  writeIfChanged(stampFile, Buffer.from(JSON.stringify({ fingerprint, files: written })));
  return true;
}

/** @returns {string[]} the TypeScript and JSON files at or below a path, from the project's root; none when it does not exist */
function sourcesBelow(name) {
  if (/\.(ts|json)$/.test(name))
    return name.endsWith('.d.ts') || !fs.existsSync(path.join(project, name)) ? [] : [name];
  let entries;
  try {
    entries = fs.readdirSync(path.join(project, name), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourcesBelow(`${name}/${entry.name}`);
    return /\.(ts|json)$/.test(entry.name) ? sourcesBelow(`${name}/${entry.name}`) : [];
  });
}

/** Sizes and times stand for contents: reading every source would cost more than the rest of a start. */
function fingerprintOf(sources) {
  const hash = crypto.createHash('sha256');
  for (const name of [...sources, path.relative(project, __filename)]) {
    const { mtimeMs, size } = fs.statSync(path.join(project, name));
    hash.update(`${name}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function readStamp() {
  try {
    return JSON.parse(fs.readFileSync(stampFile, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Replaces a file at once, so that a process that reads it meanwhile sees the old or the new one and nothing between. */
function writeIfChanged(file, contents) {
  try {
    if (fs.readFileSync(file).equals(contents)) return;
  } catch {
    fs.mkdirSync(path.dirname(file), { recursive: true });
  }
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, contents);
  fs.renameSync(temporary, file);
}

function requireEsbuild() {
  try {
    return require('esbuild');
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') throw new Error('node_modules is incomplete: run npm ci', { cause: error });
    throw error;
  }
}

module.exports = { compileTypeScript };
