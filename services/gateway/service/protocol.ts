import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { Caller, JobService } from './job-service';

/** A protocol beside the native one, on the same port. */
export interface Protocol {
  readonly routes: (app: FastifyInstance, context: ProtocolContext) => void;
  /** WebSockets by path. */
  readonly sockets: Readonly<Record<string, (socket: WebSocket, caller: Caller, context: ProtocolContext) => void>>;
}

export interface ProtocolContext {
  readonly service: JobService;
  readonly settings: ProtocolSettings;
  readonly callerOf: (request: Pick<FastifyRequest, 'headers' | 'socket'>) => Promise<Caller>;
  /**
   * For the `onRequest` of what submits a job: finds out who asks, and takes what a submit costs from their rate, before the body
   * is read. `request.caller` is who asks.
   */
  readonly admit: (request: FastifyRequest) => Promise<void>;
}

/** The part of a gateway's settings that every protocol keeps to. */
export interface ProtocolSettings {
  /** Pings are sent so often; a peer that misses one is gone. */
  readonly heartbeatMs: number;
  /** What may wait to be read by one client before it is told that it reads too slowly. */
  readonly maximumBufferedBytes: number;
}
