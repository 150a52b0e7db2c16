import * as path from 'node:path';
import { openEngines } from '../engines/engine-config';
import { choice } from '../program/environment';
import { LOG_LEVELS, openLogger, runProgram, waitForShutdownSignal } from '../program/process-life';
import { startTracing } from '../program/tracing';
import { readRunnerConfig } from './config';
import { openMachine } from './host/open-machine';
import { startRunner } from './runner';
import { sandboxPrograms } from '../sandbox/programs';
import { acceptedMissing, chooseSandboxHost } from '../sandbox/probe';
import { crun, runsc } from '../sandbox/runtime';
import { createSandboxPool } from '../sandbox/sandbox-pool';
import { openToolchains } from './toolchains';

/** The runner as a program of its own: settings from the environment (docs/settings.md), drains on SIGTERM. */
void runProgram('runner', async () => {
  const config = readRunnerConfig(process.env);
  const logger = openLogger(choice(process.env, 'LOG_LEVEL', LOG_LEVELS, 'info'));
  const tracing = startTracing('sandpiper-runner', process.env);
  const log = (message: string, fields: Readonly<Record<string, unknown>>): void => logger.warn(fields, message);
  const toolchains = await openToolchains(config, (message, fields) => logger.info(fields, message));
  const runtime = (config.runtime === 'runsc' ? runsc : crun)(config.runtimeProgram);
  const programs = sandboxPrograms(config.sandboxPrograms ?? path.join(__dirname, 'bin'));
  const { host } = await chooseSandboxHost({
    runtimes: [runtime],
    programs,
    spareCells: config.warm > 0 ? undefined : 0,
    acceptMissing: acceptedMissing(process.env),
  });
  const sandboxPool = createSandboxPool({ host, size: config.warm });
  const engines = await openEngines(process.env);
  const machine = openMachine(config.machine, log);
  const runner = await startRunner({
    ...config,
    ...engines,
    sandboxPool,
    offered: toolchains.offered(host.stateDirectory),
    host: machine,
    log,
  });
  logger.info({ runner: config.runnerId, slots: config.slots, adminPort: runner.adminPort }, 'the runner takes jobs');
  const watching = new AbortController();
  const reason = await Promise.race([waitForShutdownSignal(), machine.leaving(watching.signal)]);
  watching.abort();
  logger.warn({ reason, running: runner.running }, 'the runner drains');
  await runner.drain(config.drainMs);
  await sandboxPool.close();
  await host.close();
  toolchains.close();
  await engines.close();
  await tracing.close();
});
