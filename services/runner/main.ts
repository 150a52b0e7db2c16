import { openEngines } from '../engines/engine-config';
import { openLogger, runProgram, waitForShutdownSignal } from '../program/process-life';
import { startTracing } from '../program/tracing';
import { readRunnerConfig } from './config';
import { startRunnerProgram } from './start';

/** The runner as a program of its own: settings from the environment (docs/settings.md), drains on SIGTERM. */
void runProgram('runner', async () => {
  const config = readRunnerConfig(process.env);
  const logger = openLogger(config.logLevel);
  const tracing = startTracing('sandpiper-runner', process.env);
  const engines = await openEngines(process.env);
  const { runner, leaving, close } = await startRunnerProgram(config, engines, logger);
  logger.info({ runner: config.runnerId, slots: config.slots, adminPort: runner.adminPort }, 'the runner takes jobs');
  const watching = new AbortController();
  const reason = await Promise.race([waitForShutdownSignal(), leaving(watching.signal)]);
  watching.abort();
  logger.warn({ reason, running: runner.running }, 'the runner drains');
  await close();
  await engines.close();
  await tracing.close();
});
