import * as fs from 'node:fs';
import * as path from 'node:path';
import { hostEntries } from '../../services/languages/host-toolchains';
import type { Language, LanguageVersion } from '../../services/languages/schema';
import { directoryPackages, type DirectoryPackage } from '../../services/languages/sources';
import { Failure } from '../failure';
import { cacheDirectory } from './cache';
import { installDebianPackages, notInstalled } from './debian';
import { withProgress } from './progress';
import { runProgram } from './run-program';

/** Where this machine keeps toolchains that come from npm: each in a directory named like its mount in a sandbox. */
export function toolchainsDirectory(): string {
  return cacheDirectory('toolchains');
}

/** Installs toolchains on this host: Debian packages that are missing, npm packages that were never installed. */
export async function provisionToolchains(
  wanted: readonly { readonly language: Language; readonly version: LanguageVersion }[],
): Promise<void> {
  const sources = hostEntries(wanted).map(({ version }) => version.source!);
  await installDebianPackages(notInstalled(sources.flatMap(({ packages = [] }) => packages)));
  for (const each of sources.flatMap(directoryPackages)) await provisionNpmToolchain(each);
}

/** Installs an npm package with what it depends on, whole or not at all. @returns where */
export async function provisionNpmToolchain({ name, version, mount }: DirectoryPackage): Promise<string> {
  const directory = path.join(toolchainsDirectory(), path.basename(mount));
  if (fs.existsSync(directory)) return directory;
  await withProgress(`fetching ${name} ${version}`, async () => {
    const temporary = `${directory}.${process.pid}`;
    fs.mkdirSync(temporary, { recursive: true });
    try {
      const quiet = ['--silent', '--no-audit', '--no-fund', '--ignore-scripts'];
      await run('npm', ['install', ...quiet, '--prefix', temporary, `${name}@${version}`], temporary);
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
