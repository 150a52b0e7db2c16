import { gatewaySettings } from '../../contracts/gateway-settings';
import { defaultsOf, type ValuesOf } from '../../contracts/setting';

/** What a gateway's operator may set. Times are in milliseconds unless named otherwise. */
export interface GatewaySettings {
  /** Whether a caller without a token may run jobs. */
  readonly allowAnonymous: boolean;
  /**
   * How many trusted proxies append to X-Forwarded-For: 0 for none (the peer's address counts), 1 behind an AWS ALB, 2 behind
   * Google's load balancer, which appends the client's address and its own.
   */
  readonly trustedProxies: number;
  /** Origins whose pages may open a WebSocket or read an answer; absent: the gateway's own only. */
  readonly allowedOrigins: readonly string[];
  /** Jobs that one user (or, anonymous, one address) may submit in a burst, and how many more each second. */
  readonly jobBurst: number;
  readonly jobsPerSecond: number;
  /** Jobs of one user or address that may be under way at once. */
  readonly maximumJobsPerOwner: number;
  /** Requests and WebSockets that one address (of IPv6: one /64 network) may have open on one gateway. */
  readonly maximumConnectionsPerAddress: number;
  /** WebSockets that one user may have open on one gateway. */
  readonly maximumConnectionsPerUser: number;
  /** Jobs of one connection that may be under way at once. */
  readonly maximumJobsPerConnection: number;
  /** A job that would have to wait longer is refused as `overloaded`. */
  readonly maximumQueueWaitMs: number;
  /** Jobs that all runners together run at once at most; with {@link meanJobMs} it gives the wait that the backlog means. */
  readonly slots: number;
  readonly meanJobMs: number;
  /** A job that was accepted has ended so much later, whatever happens. */
  readonly jobDeadlineMs: number;
  /** How long a job, its events and its result are kept after its end. */
  readonly retentionMs: number;
  /** A job whose last client has gone goes on for so long, then it is cancelled. */
  readonly resumeGraceMs: number;
  /** At its end the gateway waits so long for requests and sockets that cannot be resumed elsewhere. */
  readonly drainMs: number;
  /** A connection that says nothing for so long after its opening is closed. */
  readonly initTimeoutMs: number;
  /** Pings are sent so often; a peer that misses one is gone. */
  readonly heartbeatMs: number;
  /** Largest message of a client. */
  readonly maximumMessageBytes: number;
  /** What may wait to be read by one client before it is told that it reads too slowly. */
  readonly maximumBufferedBytes: number;
}

const MEBIBYTE = 1024 * 1024;
const SECOND_MS = 1000;

/** What the gateway works with, of what its environment says. */
export function settingsOf(values: ValuesOf<typeof gatewaySettings>): GatewaySettings {
  const { allowAnonymous, trustedProxies, allowedOrigins, jobBurst, jobsPerSecond, slots, meanJobMs } = values;
  return {
    allowAnonymous,
    trustedProxies,
    allowedOrigins,
    jobBurst,
    jobsPerSecond,
    slots,
    meanJobMs,
    maximumJobsPerOwner: values.jobsPerUser,
    maximumConnectionsPerAddress: values.connectionsPerAddress,
    maximumConnectionsPerUser: values.connectionsPerUser,
    maximumJobsPerConnection: 8,
    maximumQueueWaitMs: values.queueWaitSeconds * SECOND_MS,
    jobDeadlineMs: values.deadlineSeconds * SECOND_MS,
    retentionMs: values.retentionSeconds * SECOND_MS,
    resumeGraceMs: values.resumeSeconds * SECOND_MS,
    drainMs: values.drainSeconds * SECOND_MS,
    initTimeoutMs: 30 * SECOND_MS,
    heartbeatMs: 30 * SECOND_MS,
    maximumMessageBytes: 4 * MEBIBYTE,
    maximumBufferedBytes: 4 * MEBIBYTE,
  };
}

/** The settings of a gateway whose environment says nothing. */
export const defaultSettings = settingsOf(defaultsOf(gatewaySettings));
