import { openEngines } from '../engines/engine-config';
import { readOfferedFile } from '../languages/offered-file';
import { openLogger, runProgram, waitForShutdownSignal } from '../program/process-life';
import { startTracing } from '../program/tracing';
import { readGatewayConfig } from './config';
import { openDemandSink } from './demand/open-sink';
import { openGateway } from './gateway';
import { piston } from './piston/piston';

/** The gateway as a program of its own: settings from the environment (docs/settings.md), ends in order on SIGTERM. */
void runProgram('gateway', async () => {
  const config = readGatewayConfig(process.env);
  const logger = openLogger(config.logLevel);
  const versions = readOfferedFile(config.languagesFile);
  const tracing = startTracing('sandpiper-gateway', process.env);
  const engines = await openEngines(process.env);
  const demand = config.demand && { sink: openDemandSink(config.demand.destination), model: config.demand.model };
  const gateway = await openGateway({ ...config, ...engines, demand, versions, protocols: [piston], logger });
  logger.info({ port: gateway.port, adminPort: gateway.adminPort }, 'the gateway serves');
  logger.info({ signal: await waitForShutdownSignal() }, 'the gateway ends');
  await gateway.close();
  await engines.close();
  await tracing.close();
});
