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
  /** Requests and WebSockets that one user may have open on one gateway. */
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
const MINUTE_MS = 60_000;

export const defaultSettings: GatewaySettings = {
  allowAnonymous: false,
  trustedProxies: 0,
  allowedOrigins: [],
  jobBurst: 20,
  jobsPerSecond: 1,
  maximumJobsPerOwner: 10,
  maximumConnectionsPerAddress: 512,
  maximumConnectionsPerUser: 128,
  maximumJobsPerConnection: 8,
  maximumQueueWaitMs: MINUTE_MS,
  slots: 4,
  meanJobMs: 1_000,
  jobDeadlineMs: 5 * MINUTE_MS,
  retentionMs: 60 * MINUTE_MS,
  resumeGraceMs: 30_000,
  drainMs: 20_000,
  initTimeoutMs: 30_000,
  heartbeatMs: 30_000,
  maximumMessageBytes: 4 * MEBIBYTE,
  maximumBufferedBytes: 4 * MEBIBYTE,
};
