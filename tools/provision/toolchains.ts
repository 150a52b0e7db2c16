import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Language, LanguageVersion, NpmToolchain } from '../../services/languages/schema';
import { Failure } from '../failure';
import { cacheDirectory } from './cache';
import { installDebianPackages, notInstalled } from './debian';
import { withProgress } from './progress';
import { runProgram } from './run-program';

/** Where this machine keeps toolchains that come from npm: each in a directory named like its mount in a sandbox. */
export function toolchainsDirectory(): string {
  return cacheDirectory('toolchains');
}

/** Installs the toolchains of language versions: Debian packages that are missing, npm packages that were never unpacked. */
export async function provisionToolchains(
  wanted: readonly { readonly language: Language; readonly version: LanguageVersion }[],
): Promise<void> {
  const missing = notInstalled(wanted.flatMap(({ version }) => version.host.debian ?? []));
  await installDebianPackages(missing);
  for (const toolchain of wanted.flatMap(({ version }) => version.host.npm ?? []))
    await provisionNpmToolchain(toolchain);
}

/** Unpacks an npm package whole or not at all. The marker names the version, so that a newer one replaces it. @returns where */
export async function provisionNpmToolchain({ package: name, version, mount }: NpmToolchain): Promise<string> {
  const directory = path.join(toolchainsDirectory(), path.basename(mount));
  const marker = path.join(directory, '.sandpiper-version');
  if (fs.existsSync(marker) && fs.readFileSync(marker, 'utf8') === version) return directory;
  await withProgress(`fetching ${name} ${version}`, async () => {
    const temporary = `${directory}.${process.pid}`;
    fs.mkdirSync(temporary, { recursive: true });
    try {
      const archive = (await run('npm', ['pack', '--silent', `${name}@${version}`], temporary))
        .trim()
        .split('\n')
        .at(-1)!;
      await run('tar', ['--extract', '--gzip', '--strip-components=1', '--file', archive], temporary);
      fs.rmSync(path.join(temporary, archive));
      fs.writeFileSync(path.join(temporary, '.sandpiper-version'), version);
      fs.rmSync(directory, { recursive: true, force: true });
      fs.renameSync(temporary, directory);
    } finally {
      fs.rmSync(temporary, { recursive: true, force: true });
    }
  });
  return directory;
}

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { succeeded, stdout, stderr } = await runProgram(program, args, { cwd });
  if (!succeeded) throw new Failure(`${program} ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
