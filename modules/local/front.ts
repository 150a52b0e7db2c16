import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { ServerIdentity } from './authority';
import { fail, forward, refuse, upgrade } from './proxy';
import { Routes } from './routes';
import type { LocalService } from './service';

/** Time for the head of a request: what a slow client may take, whatever it sends. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Time for a whole request, body and all. */
const REQUEST_TIMEOUT_MS = 300_000;
const MAXIMUM_CONNECTIONS = 20_000;
const MAXIMUM_HEADER_BYTES = 16 * 1024;

/** Forward-secret AEAD suites for TLS 1.2; those of 1.3 are all fine. */
const TLS12_CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
].join(':');

/** A port that the front listens on is somebody else's already. */
export class PortTakenError extends Error {
  constructor(port: number, setting: string) {
    super(`port ${port} is taken by another program: stop it, or choose another port with ${setting}`);
    this.name = 'PortTakenError';
  }
}

export interface FrontOptions {
  readonly identity: ServerIdentity;
  readonly services: readonly LocalService[];
  /** 0 for any free one. */
  readonly httpsPort: number;
  readonly httpPort: number;
  /** Address to listen on. @default 'localhost' - only this machine reaches it */
  readonly host?: string;
}

/** The TLS front of this machine: what a cloud's load balancer does for the same services. */
export class Front {
  private readonly https: https.Server;
  private readonly http: http.Server;
  private readonly upgraded = new Set<Socket>();
  private readonly routes: Routes<LocalService>;

  constructor(private readonly options: FrontOptions) {
    this.routes = new Routes(options.services);
    const limits = {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      maxHeaderSize: MAXIMUM_HEADER_BYTES,
      keepAliveTimeout: Math.max(0, ...options.services.map((service) => service.props.idleTimeoutSeconds)) * 1000,
    };
    this.https = https.createServer(
      {
        ...limits,
        key: options.identity.key,
        cert: options.identity.certificate,
        minVersion: 'TLSv1.2',
        ciphers: `TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:${TLS12_CIPHERS}`,
        honorCipherOrder: true,
        ALPNProtocols: ['http/1.1'],
      },
      (request, response) => this.answer(request, response),
    );
    this.https.maxConnections = MAXIMUM_CONNECTIONS;
    this.https.on('upgrade', (request, socket: Socket, head) => this.answerUpgrade(request, socket, head));
    this.http = http.createServer(limits, (request, response) => this.redirect(request, response));
  }

  /** Resolves with the ports. @throws PortTakenError */
  async listen(): Promise<{ readonly httpsPort: number; readonly httpPort: number }> {
    const httpsPort = await listen(this.https, this.options.httpsPort, this.options.host, '--https-port');
    try {
      const httpPort = await listen(this.http, this.options.httpPort, this.options.host, '--http-port');
      return { httpsPort, httpPort };
    } catch (error) {
      this.https.close();
      throw error;
    }
  }

  /** Takes no more connections, lets what is in flight finish, and ends the rest after the drain time. */
  async close(drainSeconds: number): Promise<void> {
    const closed = [this.https, this.http].map((server) => new Promise<void>((done) => server.close(() => done())));
    this.https.closeIdleConnections();
    this.http.closeIdleConnections();
    const timer = setTimeout(() => {
      this.https.closeAllConnections();
      this.http.closeAllConnections();
      for (const socket of this.upgraded) socket.destroy();
    }, drainSeconds * 1000);
    await Promise.all(closed);
    clearTimeout(timer);
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const service = this.routes.find(request.headers.host, request.url ?? '');
    // A connection on which a client gets such an answer while we shut down is not kept.
    if (!this.https.listening) response.setHeader('connection', 'close');
    if (service) forward(service, request, response);
    else fail(response, 404, 'Not found');
  }

  private answerUpgrade(request: http.IncomingMessage, socket: Socket, head: Buffer): void {
    this.upgraded.add(socket);
    socket.on('close', () => this.upgraded.delete(socket));
    const service = this.routes.find(request.headers.host, request.url ?? '');
    if (service) upgrade(service, request, socket, head);
    else refuse(socket, 404, 'Not Found');
  }

  private redirect(request: http.IncomingMessage, response: http.ServerResponse): void {
    const host = /^(?:\[[0-9a-f:]+\]|[a-z0-9.-]+)(?=:\d+$|$)/i.exec(request.headers.host ?? '')?.[0];
    const target = request.url ?? '/';
    if (host === undefined || !target.startsWith('/')) {
      response.writeHead(400, { connection: 'close', 'content-type': 'text/plain' }).end('Bad request\n');
      return;
    }
    const { port } = this.https.address() as AddressInfo;
    const authority = port === 443 ? host : `${host}:${port}`;
    response.writeHead(301, { location: `https://${authority}${target}`, 'content-length': '0' }).end();
  }
}

function listen(server: Server, port: number, host = 'localhost', setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(port, setting) : error),
    );
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
