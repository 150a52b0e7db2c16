import { openEngines } from '../engines/engine-config';
import { readGatewayConfig } from '../gateway/config';
import { startGateway } from '../gateway/start';
import { openLogger, runProgram, waitForShutdownSignal } from '../program/process-life';
import { startTracing } from '../program/tracing';
import { readRunnerConfig } from '../runner/config';
import { startRunnerProgram } from '../runner/start';

/**
 * The whole playground in one process: gateway and runner with the settings that they have on machines (docs/settings.md), on the
 * same queue and event store. `./sandpiper up` serves it; drains on SIGTERM.
 */
void runProgram('playground', async () => {
  const config = readGatewayConfig(process.env);
  // One admin port serves the process.
  const runnerConfig = { ...readRunnerConfig(process.env), adminPort: undefined };
  const logger = openLogger(config.logLevel);
  const tracing = startTracing('sandpiper-playground', process.env);
  // Nobody replaces this process: a store that cannot be reached is an error that a person reads.
  const engines = await openEngines(process.env, { mayBeAway: false });
  const runner = await startRunnerProgram(runnerConfig, engines, logger);
  const gateway = await startGateway(config, engines, logger);
  logger.info({ port: gateway.port, slots: runnerConfig.slots }, 'the playground serves');
  logger.info({ signal: await waitForShutdownSignal() }, 'the playground ends');
  await Promise.all([runner.close(), gateway.close()]);
  await engines.close();
  await tracing.close();
});
