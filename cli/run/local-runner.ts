import * as path from 'node:path';
import { readCatalogue } from '../../services/languages/catalogue';
import { hostRuntime, toolchainBinds } from '../../services/languages/host-runtime';
import type { PresentVersion } from '../../services/languages/host-toolchains';
import type { Language } from '../../services/languages/schema';
import type { LanguageRuntime } from '../../services/runner/language-runtime';
import { openSandboxHost } from '../../services/runner/sandbox/host';
import { hostRootfs } from '../../services/runner/sandbox/host-rootfs';
import { crun, runsc, type Runtime, type RuntimeName } from '../../services/runner/sandbox/runtime';
import { createSupply, type SandboxSupply } from '../../services/runner/supply';
import { missingTool } from '../failure';
import { provisionDebian } from '../provision/debian';
import { findExecutable } from '../provision/executable';
import { projectDirectory } from '../provision/project';
import { provisionRunsc } from '../provision/runsc';
import { toolchainsDirectory } from '../provision/toolchains';
import { localSandboxPrograms } from './sandbox-programs';

/** This machine as a runner, with its own toolchains. */
export interface LocalRunner {
  readonly supply: SandboxSupply;
  /** In the order of the versions that were given. */
  readonly runtimes: readonly LanguageRuntime[];
  /** Ends every sandbox and removes every trace. */
  close(): Promise<void>;
}

export interface LocalRunnerOptions {
  readonly runtime: RuntimeName;
  readonly versions: readonly PresentVersion[];
  /** Sandboxes that wait at most. 0: every job starts cold. */
  readonly warm: number;
  /** Whether interpreters may wait, loaded. @default true */
  readonly prestart?: boolean;
}

/** Every language of the project's catalogue. */
export function catalogue(): readonly Language[] {
  return readCatalogue(path.join(projectDirectory, 'languages'));
}

/** A sandbox host of this machine, and sandboxes from it. */
export interface Runner {
  readonly supply: SandboxSupply;
  /** Removed when it is closed. */
  readonly stateDirectory: string;
  /** Ends every sandbox and removes every trace. */
  close(): Promise<void>;
}

/**
 * @param warm sandboxes that wait at most
 * @throws Failure when the runtime cannot be had, Error when it does not work here
 */
export async function openRunner(name: RuntimeName, warm: number, prestart?: boolean): Promise<Runner> {
  const programs = localSandboxPrograms();
  const host = await openSandboxHost({ runtime: await runtimeNamed(name), programs, spareCells: warm > 0 ? 2 : 0 });
  const supply = createSupply({ host, size: warm, prestart });
  return {
    supply,
    stateDirectory: host.stateDirectory,
    close: async () => {
      await supply.close();
      await host.close();
    },
  };
}

/** As {@link openRunner}, with this machine's toolchains as what sandboxes see. */
export async function openLocalRunner({ runtime, versions, warm, prestart }: LocalRunnerOptions): Promise<LocalRunner> {
  const runner = await openRunner(runtime, warm, prestart);
  const binds = toolchainBinds(versions, toolchainsDirectory());
  const rootfs = hostRootfs(path.join(runner.stateDirectory, 'rootfs'), binds);
  return {
    supply: runner.supply,
    runtimes: versions.map((version) => hostRuntime(version, rootfs)),
    close: runner.close,
  };
}

async function runtimeNamed(name: RuntimeName): Promise<Runtime> {
  if (name === 'runsc') return runsc(await provisionRunsc());
  await provisionDebian(['sandbox']);
  const program = findExecutable('crun');
  if (program === undefined) throw missingTool('needs crun, a container runtime: not on PATH');
  return crun(program);
}
