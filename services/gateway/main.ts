import { openEngines } from '../engines/engine-config';
import { openLogger, runProgram, waitForShutdownSignal } from '../program/process-life';
import { startTracing } from '../program/tracing';
import { readGatewayConfig } from './config';
import { startGateway } from './start';

/** The gateway as a program of its own: settings from the environment (docs/settings.md), ends in order on SIGTERM. */
void runProgram('gateway', async () => {
  const config = readGatewayConfig(process.env);
  const logger = openLogger(config.logLevel);
  const tracing = startTracing('sandpiper-gateway', process.env);
  const engines = await openEngines(process.env);
  const gateway = await startGateway(config, engines, logger);
  logger.info({ port: gateway.port, adminPort: gateway.adminPort }, 'the gateway serves');
  logger.info({ signal: await waitForShutdownSignal() }, 'the gateway ends');
  await gateway.close();
  await engines.close();
  await tracing.close();
});
