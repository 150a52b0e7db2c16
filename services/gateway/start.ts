import type { Logger } from 'pino';
import type { Engines } from '../engines/engine-config';
import { readOfferedFile } from '../languages/offered-file';
import type { GatewayConfig } from './config';
import { openDemandSink } from './demand/open-sink';
import { openGateway, type Gateway } from './gateway';
import { piston } from './piston/piston';

/** Starts the gateway that a program's settings describe, on engines that the program opened. */
export function startGateway(config: GatewayConfig, engines: Engines, logger: Logger): Promise<Gateway> {
  const versions = readOfferedFile(config.languagesFile);
  const demand = config.demand && { sink: openDemandSink(config.demand.destination), model: config.demand.model };
  return openGateway({ ...config, ...engines, demand, versions, protocols: [piston], logger });
}
