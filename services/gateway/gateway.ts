import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify';
import { WebSocketServer, type WebSocket } from 'ws';
import { openAdmin } from '../program/admin';
import type { EventStore } from '../engines/event-store/event-store';
import type { JobQueue } from '../engines/job-queue/job-queue';
import { startReaper } from '../engines/reaper';
import type { PresentVersion } from '../languages/host-toolchains';
import { CLOSE_CODES, PROTOCOL_VERSION } from '../protocol/messages';
import { admission } from './admission';
import { authenticator } from './auth';
import { clientAddress } from './client-address';
import { countConnections } from './connections';
import type { ScalingModel } from './demand/demand';
import { startDemandPublisher } from './demand/publisher';
import type { DemandSink } from './demand/sink';
import { docsPage } from './docs-page';
import { answerErrors } from './http-errors';
import { createJobService } from './jobs';
import { httpStatus } from './service/http-status';
import { ServiceError, type Caller } from './service/job-service';
import type { Protocol, ProtocolContext } from './service/protocol';
import { gatewayMetrics } from './metrics';
import { openApi } from './openapi';
import { isAllowedOrigin } from './origin';
import { readJson } from './read-json';
import { servePage } from './page';
import { resumeTokens } from './resume-token';
import { runRoutes } from './runs';
import type { GatewaySettings } from './settings';
import { serveSocket, type ClientSocket } from './socket';
import { createWatchers } from './watchers';

export interface GatewayOptions {
  readonly queue: JobQueue;
  readonly store: EventStore;
  /** What runners have; the first of a language is its default. */
  readonly versions: readonly PresentVersion[];
  /** `APP_JWT_SECRET`. */
  readonly secret: string;
  readonly settings: GatewaySettings;
  /** @default '0.0.0.0' */
  readonly host?: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Port of `/readyz` and `/metrics`, on the loopback address. 0 for any free one. @default none */
  readonly adminPort?: number;
  /** Directory of the built page. @default no page */
  readonly pageDirectory?: string;
  /** Where the fleet's demand is published, and the scaling model that it follows. @default - nowhere: no fleet is scaled by it */
  readonly demand?: { readonly sink: DemandSink; readonly model: ScalingModel };
  readonly logger: FastifyBaseLogger;
  /** Other protocols than the native one, such as Piston's. @default none */
  readonly protocols?: readonly Protocol[];
}

export interface Gateway {
  readonly port: number;
  readonly adminPort?: number;
  /**
   * Tells clients of the native protocol to resume elsewhere; requests in flight and sockets of other protocols, which cannot
   * be resumed, have `settings.drainMs` to end. Resolves when all have.
   */
  close(): Promise<void>;
}

/** Longer than the 600 s that Google's front ends keep a connection, or requests fail at random. */
const KEEP_ALIVE_MS = 620_000;
/** Sockets that were told to go have so long to close. */
const CLOSE_GRACE_MS = 2_000;
/** Time for a whole request: the largest is a few MiB. */
const REQUEST_TIMEOUT_MS = 30_000;
/** How often requests that are out of time are looked for. */
const TIMEOUT_CHECK_MS = 5_000;
/** Standard close code: the server goes, or restarts. */
const GOING_AWAY = 1001;

/** Resolves when it listens. @throws Error when a port is taken */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { queue, store, settings, logger, protocols = [] } = options;
  const { jobs, limiter, presence } = store;
  const metrics = gatewayMetrics(settings.jobDeadlineMs);
  const log = (message: string, fields: Readonly<Record<string, unknown>>): void => logger.warn(fields, message);
  const watchers = createWatchers({ limiter, commands: jobs, graceMs: settings.resumeGraceMs, log });
  const tokens = resumeTokens(options.secret);
  const service = createJobService({
    queue,
    store: jobs,
    limiter,
    presence,
    versions: options.versions,
    tokens,
    settings,
    observer: metrics.jobs,
    log,
  });
  const authenticate = authenticator(options.secret, settings);
  const callerOf: ProtocolContext['callerOf'] = ({ headers, socket }) =>
    authenticate({ headers, peer: socket.remoteAddress });
  const context: ProtocolContext = { service, settings, callerOf, admit: admission(service, callerOf) };
  const connections = countConnections(settings);

  const app = fastify({
    loggerInstance: logger,
    bodyLimit: settings.maximumMessageBytes,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    forceCloseConnections: 'idle',
    genReqId: (request) => String(request.headers['x-request-id'] ?? crypto.randomUUID()).slice(0, 128),
    routerOptions: { maxParamLength: 128, ignoreTrailingSlash: true },
  });
  answerErrors(app, metrics, settings.maximumMessageBytes);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: FastifyRequest, body: Buffer) =>
    readJson(body, 'the body'),
  );
  app.decorateRequest('caller');
  allowOrigins(app, settings.allowedOrigins);
  app.addHook('onRequest', async ({ headers, socket, url }, reply) => {
    if (url === '/healthz') return;
    const address = clientAddress(headers['x-forwarded-for'], socket.remoteAddress, settings.trustedProxies);
    reply.raw.once('close', connections.open({ address }));
  });
  app.get('/healthz', { logLevel: 'silent' }, (_, reply) => reply.code(204).send());
  app.get('/v1/languages', () => ({ languages: service.languages }));
  const document = openApi();
  app.get('/openapi.json', () => document);
  const docs = docsPage(document);
  app.get('/docs', (_, reply) =>
    reply.header('content-security-policy', docs.contentSecurityPolicy).type('text/html').send(docs.html),
  );
  runRoutes(app, { service, watchers, callerOf, admit: context.admit, jobDeadlineMs: settings.jobDeadlineMs });
  for (const protocol of protocols) protocol.routes(app, context);
  if (options.pageDirectory !== undefined) servePage(app, options.pageDirectory);

  const clients = new Set<ClientSocket>();
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: settings.maximumMessageBytes,
    // The token that a browser sends as a subprotocol is never sent back.
    handleProtocols: (offered) => (offered.has(PROTOCOL_VERSION) ? PROTOCOL_VERSION : false),
  });
  const foreign = Object.assign({}, ...protocols.map(({ sockets }) => sockets)) as Protocol['sockets'];
  const serve = (socket: WebSocket, path: string, caller: Caller, traceparent: string | undefined): void => {
    if (path !== '/v1/ws') return foreign[path]!(socket, caller, context);
    const client = serveSocket(socket, caller, { service, watchers, settings, metrics, traceparent });
    clients.add(client);
    socket.once('close', () => clients.delete(client));
  };
  let isClosing = false;
  app.server.on('upgrade', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const path = request.url?.split('?')[0] ?? '';
    const refuse = (status: number): void =>
      void socket.end(
        `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    if (isClosing) return refuse(503);
    if (path !== '/v1/ws' && !(path in foreign)) return refuse(404);
    if (!isAllowedOrigin(request.headers, settings.allowedOrigins)) return refuse(403);
    const accept = (caller: Caller): void => {
      const leave = connections.open(caller);
      socket.once('close', leave);
      webSockets.handleUpgrade(request, socket, head, (webSocket) =>
        serve(webSocket, path, caller, request.headers.traceparent as string | undefined),
      );
    };
    callerOf(request)
      .then(accept)
      .catch((error: unknown) => {
        const code = error instanceof ServiceError ? error.code : 'internal';
        metrics.rejections.inc({ code });
        const closeCode = {
          unauthorized: CLOSE_CODES.unauthorized,
          tooManyConnections: CLOSE_CODES.tooManyConnections,
        };
        if (path !== '/v1/ws' || request.headers.origin === undefined || !(code in closeCode))
          return refuse(httpStatus[code]);
        // A page is told nothing of a refused handshake, only how a socket was closed.
        webSockets.handleUpgrade(request, socket, head, (webSocket) =>
          webSocket.close(closeCode[code as keyof typeof closeCode], (error as Error).message.slice(0, 120)),
        );
      });
  });
  const reaper = startReaper({ ledger: jobs, limiter, log });
  const admin =
    options.adminPort === undefined
      ? undefined
      : await openAdmin({ queue, store, registry: metrics.registry, port: options.adminPort });
  await app.listen({ host: options.host ?? '0.0.0.0', port: options.port });
  // Fastify ends idle connections at once; the header timeout of Node.js must outlive the keep-alive.
  app.server.headersTimeout = KEEP_ALIVE_MS + 5_000;
  const publisher =
    options.demand &&
    startDemandPublisher({
      ...options.demand,
      limiter,
      presence,
      figures: metrics.figures,
      published: (what, result) => metrics.published.inc({ what, result }),
      log,
    });

  return {
    port: (app.server.address() as AddressInfo).port,
    adminPort: admin?.port,
    close: async () => {
      isClosing = true;
      reaper.close();
      const own = [...clients];
      for (const client of own) client.goAway();
      const impatient = setTimeout(() => own.forEach((client) => client.terminate()), CLOSE_GRACE_MS);
      const outOfTime = setTimeout(() => {
        for (const socket of webSockets.clients) socket.close(GOING_AWAY, 'the gateway ends');
        app.server.closeAllConnections();
      }, settings.drainMs);
      const cutOff = setTimeout(() => {
        for (const socket of webSockets.clients) socket.terminate();
      }, settings.drainMs + CLOSE_GRACE_MS);
      await app.close();
      await new Promise<void>((resolve) => webSockets.close(() => resolve()));
      for (const timer of [impatient, outOfTime, cutOff]) clearTimeout(timer);
      watchers.close();
      await publisher?.close();
      await admin?.close();
    },
  };
}

/** Methods that change nothing. */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Pages of other origins change nothing and read no answer unless that was allowed. A browser sends some requests (a form's, or
 * text) without asking first, so they are refused here and not by the absence of a header; no cookies are ever used.
 */
function allowOrigins(app: FastifyInstance, allowed: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (!SAFE_METHODS.includes(request.method) && !isAllowedOrigin(request.headers, allowed)) {
      throw new ServiceError(
        'forbidden',
        'pages of this origin may not use the gateway; SANDPIPER_ALLOWED_ORIGINS lists those that may',
      );
    }
    if (origin === undefined || !allowed.includes(origin)) return;
    void reply.header('access-control-allow-origin', origin).header('vary', 'origin');
    if (request.method !== 'OPTIONS') return;
    void reply.header('access-control-allow-methods', 'GET, POST, DELETE');
    void reply.header('access-control-allow-headers', 'authorization, content-type, prefer, x-resume-token');
    await reply.code(204).send();
  });
}
