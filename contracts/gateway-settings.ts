import {
  DEMAND_DESTINATION_FORMS,
  parseDemandDestination,
  printDemandDestination,
  type DemandDestination,
} from './demand-destination';
import { deadlineSecondsOf, MAXIMUM_JOB_SECONDS, QUEUE_WAIT_SECONDS } from './job-time';
import { LOG_LEVELS } from './names';
import { SCALING_RANGES } from './scaling';
import { flag, list, oneOf, settingOf, text, whole } from './setting';

const DAY_SECONDS = 24 * 60 * 60;
const PORT = { minimum: 0, maximum: 65_535 } as const;
/** More than any deployment has; it only catches a slip of the keyboard. */
const COUNT = { minimum: 1, maximum: 1_000_000 } as const;

/** What the gateway (services/gateway) reads from its environment, besides the rows of the engines. */
export const gatewaySettings = {
  port: whole('PORT', { ...PORT, doc: 'Port to listen on.' }),
  host: text('HOST', { default: '0.0.0.0', doc: 'Address to listen on.' }),
  adminPort: whole('SANDPIPER_ADMIN_PORT', {
    ...PORT,
    default: undefined,
    doc: 'Port of `/readyz` and `/metrics`, on the loopback address.',
  }),
  logLevel: oneOf('LOG_LEVEL', LOG_LEVELS, { default: 'info', doc: 'How much is logged.' }),
  jwtSecret: text('APP_JWT_SECRET', { doc: 'Secret that signs the tokens of the users.' }),
  languagesFile: text('SANDPIPER_LANGUAGES', {
    doc: 'File that `./sandpiper languages --save` writes: the languages that the runners have.',
  }),
  pageDirectory: text('SANDPIPER_PAGE', {
    default: undefined,
    defaultText: 'no page',
    doc: 'Directory of the built page.',
  }),
  allowAnonymous: flag('SANDPIPER_ALLOW_ANONYMOUS', {
    default: false,
    doc: 'Whether a caller without a token may run jobs.',
  }),
  trustedProxies: whole('SANDPIPER_TRUSTED_PROXIES', {
    minimum: 0,
    maximum: 8,
    default: 0,
    doc: 'How many trusted proxies append to X-Forwarded-For: 1 behind an AWS ALB, 2 behind Google’s load balancer, which appends the address of the client and its own.',
  }),
  allowedOrigins: list('SANDPIPER_ALLOWED_ORIGINS', {
    default: [],
    defaultText: 'its own',
    doc: 'Origins whose pages may open a WebSocket or read an answer.',
  }),
  jobBurst: whole('SANDPIPER_JOB_BURST', { ...COUNT, default: 20, doc: 'Jobs that one user may submit at once.' }),
  jobsPerSecond: whole('SANDPIPER_JOBS_PER_SECOND', {
    ...COUNT,
    default: 1,
    doc: 'Jobs that one user may submit each second, beyond the burst.',
  }),
  jobsPerUser: whole('SANDPIPER_JOBS_PER_USER', {
    ...COUNT,
    default: 10,
    doc: 'Jobs of one user that may be under way at once.',
  }),
  connectionsPerAddress: whole('SANDPIPER_CONNECTIONS_PER_ADDRESS', {
    ...COUNT,
    default: 512,
    doc: 'Requests and WebSockets that one address may have open on one gateway; of IPv6, one /64 network.',
  }),
  connectionsPerUser: whole('SANDPIPER_CONNECTIONS_PER_USER', {
    ...COUNT,
    default: 128,
    doc: 'WebSockets that one user may have open on one gateway.',
  }),
  slots: whole('SANDPIPER_SLOTS', { ...COUNT, default: 4, doc: 'Jobs that all runners together run at once at most.' }),
  meanJobMs: whole('SANDPIPER_MEAN_JOB_MS', {
    minimum: 1,
    maximum: DAY_SECONDS * 1000,
    unit: 'ms',
    default: 1000,
    doc: 'How long a job takes, in milliseconds. With the slots it gives the wait that the queue means.',
  }),
  queueWaitSeconds: whole('SANDPIPER_QUEUE_WAIT_SECONDS', {
    minimum: 1,
    maximum: DAY_SECONDS,
    unit: 's',
    default: QUEUE_WAIT_SECONDS,
    doc: 'A job that would have to wait for longer is refused as overloaded.',
  }),
  deadlineSeconds: whole('SANDPIPER_DEADLINE_SECONDS', {
    minimum: 1,
    maximum: DAY_SECONDS,
    unit: 's',
    default: deadlineSecondsOf(MAXIMUM_JOB_SECONDS.default),
    doc: 'A job ends within this time after it was accepted, whatever happens.',
  }),
  retentionSeconds: whole('SANDPIPER_RETENTION_SECONDS', {
    minimum: 1,
    maximum: 14 * DAY_SECONDS,
    unit: 's',
    default: 3600,
    doc: 'How long a job, its output and its result are stored after its end.',
  }),
  resumeSeconds: whole('SANDPIPER_RESUME_SECONDS', {
    minimum: 1,
    maximum: 3600,
    unit: 's',
    default: 30,
    doc: 'How long a job goes on whose last client has gone; then it is cancelled.',
  }),
  drainSeconds: whole('SANDPIPER_DRAIN_SECONDS', {
    minimum: 1,
    maximum: 3600,
    unit: 's',
    default: 20,
    doc: 'After SIGTERM: how long clients have that cannot resume elsewhere.',
  }),
  demand: settingOf<DemandDestination | undefined>(
    'SANDPIPER_DEMAND',
    {
      default: undefined,
      doc: 'Where one of the gateways publishes the demand of the fleet each ten seconds.',
    },
    {
      allowed: DEMAND_DESTINATION_FORMS,
      parse: parseDemandDestination,
      print: (value) => (value === undefined ? '' : printDemandDestination(value)),
    },
  ),
  utilizationPercent: whole('SANDPIPER_UTILIZATION', {
    ...SCALING_RANGES.utilizationPercent,
    unit: 'percent',
    default: 80,
    doc: 'Of the [scaling model](scaling.md): percentage of the slots that should be busy.',
  }),
  clearSeconds: whole('SANDPIPER_CLEAR_SECONDS', {
    ...SCALING_RANGES.clearSeconds,
    unit: 's',
    default: 30,
    doc: 'Of the scaling model: seconds within which a queue should be gone.',
  }),
  baseSlots: whole('SANDPIPER_BASE_SLOTS', {
    minimum: 0,
    maximum: COUNT.maximum,
    default: undefined,
    doc: 'Of the scaling model, on GCP: slots of the machines whose number is fixed. The demand for the others is published too.',
  }),
};
