import type { DemandDestination } from '../../contracts/demand-destination';
import { gatewaySettings } from '../../contracts/gateway-settings';
import type { LogLevel } from '../../contracts/names';
import type { ValuesOf } from '../../contracts/setting';
import { readSettings, type Environment } from '../program/read-settings';
import type { ScalingModel } from './demand/demand';
import { settingsOf, type GatewaySettings } from './settings';

/** What the gateway's program is configured with by its environment; docs/settings.md lists the variables. */
export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly adminPort?: number;
  readonly secret: string;
  readonly settings: GatewaySettings;
  /** File that lists what the runners have. */
  readonly languagesFile: string;
  /** Where the fleet's demand is published, and the scaling model that it follows. */
  readonly demand?: { readonly destination: DemandDestination; readonly model: ScalingModel };
  /** Directory of the built page. */
  readonly pageDirectory?: string;
  readonly logLevel: LogLevel;
}

/** @throws SettingError naming the variable */
export function readGatewayConfig(environment: Environment): GatewayConfig {
  const values = readSettings(gatewaySettings, environment);
  const { host, port, adminPort, jwtSecret, languagesFile, pageDirectory, logLevel } = values;
  return {
    host,
    port,
    adminPort,
    secret: jwtSecret,
    languagesFile,
    demand: demandOf(values),
    pageDirectory,
    logLevel,
    settings: settingsOf(values),
  };
}

function demandOf(values: ValuesOf<typeof gatewaySettings>): GatewayConfig['demand'] {
  const { demand: destination, utilizationPercent, clearSeconds, meanJobMs, baseSlots } = values;
  return destination && { destination, model: { utilizationPercent, clearSeconds, meanJobMs, baseSlots } };
}
