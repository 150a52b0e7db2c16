import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { missingTool } from '../failure';
import { candidateVersion, fetchPackageLists, installDebianPackages, isDebian } from './debian';
import { findExecutable, putOnPath } from './executable';
import { readOsRelease } from './os-release';

/** From 1.21 on, Go fetches the toolchain that a module's go.mod asks for. */
export const MINIMUM_MINOR = 21;

/** Go as Debian has it: its packages with a version in their name leave it out of PATH. */
const DEBIAN_ROOT = '/usr/lib';

/** The Go of bookworm's backports; bookworm's own is 1.19. */
const BOOKWORM_BACKPORT = 'golang-1.23-go';

/** Path of a Go that builds this project's modules; undefined when there is none. */
export function findGo(): string | undefined {
  return [findExecutable('go'), ...goOfDebian()].find((go) => go !== undefined && isNewEnough(go));
}

/** Finds Go, or installs it from Debian, and has PATH lead to it. @throws Failure when neither is possible */
export async function provisionGo(): Promise<string> {
  if (findGo() === undefined) await installGo();
  const go = findGo();
  if (go === undefined) throw missingTool(`needs Go 1.${MINIMUM_MINOR} or newer on PATH: https://go.dev/dl`);
  putOnPath('go', go);
  return go;
}

/** What of this system holds a Go that is new enough; undefined when nothing does. */
export function goPackage(): { readonly name: string; readonly release?: 'backports' } | undefined {
  if (!isDebian()) return undefined;
  const version = /^(?:\d+:)?1\.(\d+)/.exec(candidateVersion('golang-go') ?? '')?.[1];
  if (version !== undefined && Number(version) >= MINIMUM_MINOR) return { name: 'golang-go' };
  return readOsRelease().codename === 'bookworm' ? { name: BOOKWORM_BACKPORT, release: 'backports' } : undefined;
}

async function installGo(): Promise<void> {
  if (isDebian()) await fetchPackageLists();
  const found = goPackage();
  if (found === undefined) {
    throw missingTool(
      `needs Go 1.${MINIMUM_MINOR} or newer on PATH, which ${readOsRelease().name} does not package: https://go.dev/dl`,
    );
  }
  await installDebianPackages([found.name], { release: found.release });
}

function goOfDebian(): string[] {
  if (!fs.existsSync(DEBIAN_ROOT)) return [];
  return fs
    .readdirSync(DEBIAN_ROOT)
    .filter((name) => /^go-1\.\d+$/.test(name))
    .sort((a, b) => Number(b.split('.')[1]) - Number(a.split('.')[1]))
    .map((name) => path.join(DEBIAN_ROOT, name, 'bin/go'));
}

function isNewEnough(go: string): boolean {
  const { stdout } = spawnSync(go, ['env', 'GOVERSION'], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  });
  const version = /^go1\.(\d+)/.exec(stdout ?? '');
  return version !== null && Number(version[1]) >= MINIMUM_MINOR;
}
