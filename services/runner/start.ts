import * as path from 'node:path';
import type { Logger } from 'pino';
import type { Engines } from '../engines/engine-config';
import { chooseSandboxHost } from '../sandbox/probe';
import { sandboxPrograms } from '../sandbox/programs';
import { runtimeOf } from '../sandbox/runtime';
import { createSandboxPool } from '../sandbox/sandbox-pool';
import type { RunnerConfig } from './config';
import { openMachine } from './host/open-machine';
import { startRunner, type Runner } from './runner';
import { openToolchains } from './toolchains';

/** A runner with everything that it runs jobs in. */
export interface RunnerProgram {
  readonly runner: Runner;
  /** Resolves with the reason when the machine is to go. Never resolves on a machine that says nothing of its end. */
  leaving(signal: AbortSignal): Promise<string>;
  /** Drains the runner, ends every sandbox and removes every trace. */
  close(): Promise<void>;
}

/** Starts the runner that a program's settings describe, on engines that the program opened. */
export async function startRunnerProgram(
  config: RunnerConfig,
  engines: Engines,
  logger: Logger,
): Promise<RunnerProgram> {
  const log = (message: string, fields: Readonly<Record<string, unknown>>): void => logger.warn(fields, message);
  const toolchains = await openToolchains(config, (message, fields) => logger.info(fields, message));
  const runtime = runtimeOf(config.runtime, config.runtimeProgram);
  const { host } = await chooseSandboxHost({
    runtimes: [runtime],
    programs: sandboxPrograms(config.sandboxPrograms ?? path.join(__dirname, 'bin')),
    spareCells: config.warm > 0 ? undefined : 0,
    acceptMissing: config.acceptMissing,
  });
  const sandboxPool = createSandboxPool({ host, size: config.warm });
  const machine = openMachine(config.machine, log);
  const runner = await startRunner({
    ...config,
    ...engines,
    sandboxPool,
    offered: toolchains.offered(host.stateDirectory),
    host: machine,
    log,
  });
  return {
    runner,
    leaving: (signal) => machine.leaving(signal),
    close: async () => {
      await runner.drain(config.drainMs);
      await sandboxPool.close();
      await host.close();
      toolchains.close();
    },
  };
}
