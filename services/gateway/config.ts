import { choice, flag, list, required, text, wholeNumber, type Environment } from '../program/environment';
import { LOG_LEVELS } from '../program/process-life';
import type { ScalingModel } from './demand/demand';
import { parseDemandDestination, type DemandDestination } from './demand/sink';
import { defaultSettings, type GatewaySettings } from './settings';

/** What the gateway's program is told by its environment; docs/settings.md lists the variables. */
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
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

const SECOND_MS = 1_000;
const DAY_SECONDS = 24 * 60 * 60;

/** @throws SettingError naming the variable */
export function readGatewayConfig(environment: Environment): GatewayConfig {
  const number = (name: string, minimum: number, maximum: number, fallback: number): number =>
    wholeNumber(environment, name, { minimum, maximum, fallback });
  const seconds = (name: string, maximum: number, fallbackMs: number): number =>
    number(name, 1, maximum, fallbackMs / SECOND_MS) * SECOND_MS;
  const d = defaultSettings;
  const meanJobMs = number('SANDPIPER_MEAN_JOB_MS', 1, DAY_SECONDS * SECOND_MS, d.meanJobMs);
  const port = required(environment, 'PORT', 'the port to listen on');
  return {
    host: text(environment, 'HOST') ?? '0.0.0.0',
    port: wholeNumber({ PORT: port }, 'PORT', { minimum: 0, maximum: 65_535, fallback: 0 }),
    adminPort: wholeNumber(environment, 'SANDPIPER_ADMIN_PORT', { minimum: 0, maximum: 65_535, fallback: undefined }),
    secret: required(environment, 'APP_JWT_SECRET', 'the secret that signs the users’ tokens'),
    languagesFile: required(
      environment,
      'SANDPIPER_LANGUAGES',
      'the file that `./sandpiper languages --save` writes: what the runners have',
    ),
    demand: readDemand(environment, meanJobMs),
    pageDirectory: text(environment, 'SANDPIPER_PAGE'),
    logLevel: choice(environment, 'LOG_LEVEL', LOG_LEVELS, 'info'),
    settings: {
      ...d,
      allowAnonymous: flag(environment, 'SANDPIPER_ALLOW_ANONYMOUS', d.allowAnonymous),
      trustedProxies: number('SANDPIPER_TRUSTED_PROXIES', 0, 8, d.trustedProxies),
      allowedOrigins: list(environment, 'SANDPIPER_ALLOWED_ORIGINS'),
      jobBurst: number('SANDPIPER_JOB_BURST', 1, 1_000_000, d.jobBurst),
      jobsPerSecond: number('SANDPIPER_JOBS_PER_SECOND', 1, 1_000_000, d.jobsPerSecond),
      maximumJobsPerOwner: number('SANDPIPER_JOBS_PER_USER', 1, 1_000_000, d.maximumJobsPerOwner),
      maximumConnectionsPerAddress: number(
        'SANDPIPER_CONNECTIONS_PER_ADDRESS',
        1,
        1_000_000,
        d.maximumConnectionsPerAddress,
      ),
      maximumConnectionsPerUser: number('SANDPIPER_CONNECTIONS_PER_USER', 1, 1_000_000, d.maximumConnectionsPerUser),
      maximumQueueWaitMs: seconds('SANDPIPER_QUEUE_WAIT_SECONDS', DAY_SECONDS, d.maximumQueueWaitMs),
      slots: number('SANDPIPER_SLOTS', 1, 1_000_000, d.slots),
      meanJobMs,
      jobDeadlineMs: seconds('SANDPIPER_DEADLINE_SECONDS', DAY_SECONDS, d.jobDeadlineMs),
      retentionMs: seconds('SANDPIPER_RETENTION_SECONDS', 14 * DAY_SECONDS, d.retentionMs),
      resumeGraceMs: seconds('SANDPIPER_RESUME_SECONDS', 3_600, d.resumeGraceMs),
      drainMs: seconds('SANDPIPER_DRAIN_SECONDS', 3_600, d.drainMs),
    },
  };
}

function readDemand(environment: Environment, meanJobMs: number): GatewayConfig['demand'] {
  const name = 'SANDPIPER_DEMAND';
  const value = text(environment, name);
  if (value === undefined) return undefined;
  return {
    destination: parseDemandDestination(name, value),
    model: {
      utilizationPercent: wholeNumber(environment, 'SANDPIPER_UTILIZATION', {
        minimum: 10,
        maximum: 100,
        fallback: 80,
      }),
      clearSeconds: wholeNumber(environment, 'SANDPIPER_CLEAR_SECONDS', { minimum: 5, maximum: 3_600, fallback: 30 }),
      meanJobMs,
      baseSlots: wholeNumber(environment, 'SANDPIPER_BASE_SLOTS', {
        minimum: 0,
        maximum: 1_000_000,
        fallback: undefined,
      }),
    },
  };
}
