import * as fs from 'node:fs';
import * as path from 'node:path';
import type { BuiltVersion } from '../../../../services/languages/built-versions';
import { writeOfferedFile } from '../../../../services/languages/offered-file';
import type { PushedImage } from '../../../../contracts/artifact-manifest';
import { missingTool } from '../../../failure';
import { projectDirectory } from '../../../provision/project';
import { provisionRunsc } from '../../../provision/runsc';
import { provisionShippedNode } from '../../../provision/shipped-node';
import { provideSandboxPrograms } from '../../../provision/sandbox-programs';
import { elfMachines, readElf } from '../elf';
import { buildPage } from '../page';
import { bundleProgram } from './bundle';
import { linkOrCopy } from '../objects';

/** What goes into the archives beside the bundles: files of this machine, made or fetched once. */
export interface Ingredients {
  readonly node: string;
  readonly runsc: string;
  readonly page: string;
  /** Directory of `sandbox-init`, `sandbox-launcher`, `sandbox-stdio` and `prestart`. */
  readonly sandbox: string;
  readonly versions: readonly BuiltVersion[];
  readonly images: readonly PushedImage[];
}

const SANDBOX_FILES = ['sandbox-init', 'sandbox-launcher', 'sandbox-stdio', 'prestart'] as const;

/** Makes, builds or fetches what is missing. @throws Failure (missing tool) when this machine cannot */
export async function provisionIngredients(): Promise<Pick<Ingredients, 'node' | 'runsc' | 'page' | 'sandbox'>> {
  const node = await provisionShippedNode();
  const runsc = await provisionRunsc();
  const programs = await provideSandboxPrograms();
  for (const program of [runsc, programs.init, programs.launcher]) refuseUnlessItRunsAnywhere(program);
  return { node, runsc, page: (await buildPage()).directory, sandbox: path.dirname(programs.init) };
}

/** A stock Debian has no libraries for it, and no compiler. */
function refuseUnlessItRunsAnywhere(program: string): void {
  const elf = readElf(program);
  if (elf?.machine === elfMachines.x64 && !elf.isDynamic) return;
  throw missingTool(`${program} is no statically linked program for x64: machines could not run it`);
}

/** Lays out what the gateway's archive holds. */
export function layGateway(directory: string, { node, page, versions }: Ingredients): void {
  layProgram('gateway', directory, node);
  const share = path.join(directory, 'share');
  fs.mkdirSync(share);
  // The page's stamp is of the time of its build.
  fs.cpSync(page, path.join(share, 'page'), { recursive: true, filter: (file) => path.basename(file) !== '.stamp' });
  writeOfferedFile(path.join(share, 'languages.json'), versions);
}

/** Lays out what the runner's archive holds. */
export function layRunner(directory: string, { node, runsc, sandbox, versions, images }: Ingredients): void {
  layProgram('runner', directory, node);
  linkOrCopy(runsc, path.join(directory, 'lib/runsc'));
  for (const name of SANDBOX_FILES) {
    fs.cpSync(path.join(sandbox, name), path.join(directory, 'lib/sandbox', name), { recursive: true });
  }
  const share = path.join(directory, 'share');
  fs.mkdirSync(share);
  writeOfferedFile(path.join(share, 'languages.json'), versions);
  fs.writeFileSync(path.join(share, 'images.json'), `${JSON.stringify({ schemaVersion: 1, images }, null, 1)}\n`);
}

/** What every archive has: a launcher, a Node.js and the program in one file. */
function layProgram(name: 'gateway' | 'runner', directory: string, node: string): void {
  for (const part of ['bin', 'lib']) fs.mkdirSync(path.join(directory, part), { recursive: true });
  const launcher = path.join(directory, 'bin', name);
  fs.copyFileSync(path.join(projectDirectory, 'services', name, 'bin', name), launcher);
  fs.chmodSync(launcher, 0o755);
  linkOrCopy(node, path.join(directory, 'lib/node'));
  bundleProgram(name, path.join(directory, `lib/${name}.js`));
}
