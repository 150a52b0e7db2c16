import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { missingTool } from '../failure';
import { cacheDirectory } from './cache';
import { mermaidSha512, pinned } from './pinned';
import { withProgress } from './progress';
import { runProgram } from './run-program';

const BUNDLE = 'package/dist/mermaid.min.js';

/**
 * Mermaid in one file for a browser, with which the tests check pictures; undefined when it is not here. It is no dependency: the file is
 * all that is needed of it, and npm would install a hundred packages beside it.
 */
export function findMermaid(): string | undefined {
  const file = path.join(directory(), BUNDLE);
  return fs.existsSync(file) ? file : undefined;
}

/** Fetches it from npm unless it is here. @throws Failure with npm's own words, or when the bytes are not the pinned ones */
export async function provisionMermaid(): Promise<string> {
  if (findMermaid() === undefined) await withProgress(`fetching Mermaid ${pinned.mermaid}`, fetchBundle);
  return findMermaid()!;
}

async function fetchBundle(): Promise<void> {
  fs.mkdirSync(path.dirname(directory()), { recursive: true });
  const temporary = fs.mkdtempSync(`${directory()}.`);
  try {
    await run('npm', ['pack', '--silent', `mermaid@${pinned.mermaid}`], temporary);
    const archive = `mermaid-${pinned.mermaid}.tgz`;
    const actual = crypto
      .createHash('sha512')
      .update(fs.readFileSync(path.join(temporary, archive)))
      .digest('base64');
    if (actual !== mermaidSha512)
      throw missingTool(`Mermaid has the SHA-512 ${actual}, not ${mermaidSha512}: it is not used`);
    await run('tar', ['-xzf', archive, BUNDLE], temporary);
    fs.rmSync(path.join(temporary, archive));
    // Another process may have been faster.
    if (findMermaid() === undefined) fs.renameSync(temporary, directory());
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  const { succeeded, stderr } = await runProgram(program, args, { cwd });
  if (!succeeded) throw missingTool(`Mermaid could not be fetched:\n${stderr.trim()}`);
}

function directory(): string {
  return cacheDirectory(`mermaid-${pinned.mermaid}`);
}
