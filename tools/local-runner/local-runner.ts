import * as path from 'node:path';
import { hostRuntime, toolchainBinds } from '../../services/languages/host-runtime';
import type { PresentVersion } from '../../services/languages/host-toolchains';
import type { LanguageRuntime } from '../../services/sandbox/language-runtime';
import { findCgroups, type CgroupHost } from '../../services/sandbox/cgroup';
import { openSandboxHost } from '../../services/sandbox/host';
import { hostRootfs } from '../../services/sandbox/host-rootfs';
import { runnerSettings } from '../../contracts/runner-settings';
import { acceptedMissing, missingControllers, refusals } from '../../services/sandbox/probe';
import { crun, runsc, spawner, type Runtime, type RuntimeName } from '../../services/sandbox/runtime';
import { createSandboxPool, type SandboxPool } from '../../services/sandbox/sandbox-pool';
import { missingTool } from '../failure';
import { provisionRunsc } from '../provision/runsc';
import { toolchainsDirectory } from '../provision/toolchains';
import { provideCrun, provideSandboxPrograms } from '../provision/sandbox-programs';

/** This machine as a runner, with its own toolchains. */
export interface LocalRunner {
  readonly sandboxPool: SandboxPool;
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

/** A sandbox host of this machine, and sandboxes from it. */
export interface Runner {
  readonly sandboxPool: SandboxPool;
  /** Removed when it is closed. */
  readonly stateDirectory: string;
  /** Ends every sandbox and removes every trace. */
  close(): Promise<void>;
}

/**
 * @param warm sandboxes that wait at most
 * @throws Failure when the runtime cannot be had or this host cannot give what a sandbox guarantees, Error when it does not
 * work here
 */
export async function openRunner(name: RuntimeName, warm: number, prestart?: boolean): Promise<Runner> {
  const runtime = await runtimeNamed(name);
  const cgroups = guaranteedCgroups();
  const programs = await provideSandboxPrograms();
  const host = await openSandboxHost({ runtime, programs, cgroups, spareCells: warm > 0 ? undefined : 0 });
  const sandboxPool = createSandboxPool({ host, size: warm, prestart });
  return {
    sandboxPool,
    stateDirectory: host.stateDirectory,
    close: async () => {
      await sandboxPool.close();
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
    sandboxPool: runner.sandboxPool,
    runtimes: versions.map((version) => hostRuntime(version, rootfs)),
    close: runner.close,
  };
}

/** @throws Failure when this host leaves out a guarantee of a sandbox that no setting accepts to miss */
export function checkCgroups(): void {
  guaranteedCgroups();
}

/** The cgroups of this host. @throws Failure when they leave out a guarantee that no setting accepts to miss */
function guaranteedCgroups(): CgroupHost {
  const cgroups = findCgroups();
  const missing = missingControllers(cgroups);
  const problems = refusals({ missing }, acceptedMissing());
  if (problems.length === 0) return cgroups;
  throw missingTool(
    `no sandbox on this machine: ${problems.join('; ')}. Run as root or in a cgroup that is delegated to you ` +
      `(docs/sandbox.md), or do without: ${runnerSettings.acceptMissing.name}=${Object.keys(missing).join(',')}`,
  );
}

/** @throws Failure when the runtime cannot be had */
export async function runtimeNamed(name: RuntimeName): Promise<Runtime> {
  if (name === 'runsc') return runsc(await provisionRunsc());
  return name === 'spawner' ? spawner() : crun(await provideCrun());
}
