import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { missingTool } from '../failure';
import { installDebianPackages, isDebian } from './debian';
import { findExecutable, putOnPath } from './executable';
import { withProgress } from './progress';

/** From 1.21 on, Go fetches the toolchain that a module's go.mod asks for. */
const MINIMUM_MINOR = 21;

/** Go as Debian's backports have it, newest first: their packages leave it out of PATH. */
const DEBIAN_ROOT = '/usr/lib';

/** Path of a Go that builds this project's modules; undefined when there is none. */
export function findGo(): string | undefined {
  return [findExecutable('go'), ...goOfDebian()].find((go) => go !== undefined && isNewEnough(go));
}

/** Finds Go, or installs it from Debian's backports, and has PATH lead to it. @throws Failure when neither is possible */
export async function provisionGo(): Promise<string> {
  if (findGo() === undefined) {
    if (!isDebian()) throw missingTool(`needs Go 1.${MINIMUM_MINOR} or newer on PATH: https://go.dev/dl`);
    await withProgress('installing Go', () => installDebianPackages(['golang-go'], { release: 'backports' }));
  }
  const go = findGo();
  if (go === undefined)
    throw missingTool(`Debian's Go is older than 1.${MINIMUM_MINOR}: put a newer one on PATH, from https://go.dev/dl`);
  putOnPath('go', go);
  return go;
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
