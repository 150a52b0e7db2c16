import * as http from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Instance } from './instance';
import type { LocalService } from './service';

/** Headers that concern one connection only (RFC 9110, section 7.6.1), and those the front itself says anew. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Time for the rest of a request that was answered already. */
const REST_TIMEOUT_MS = 30_000;

const STRICT_TRANSPORT_SECURITY = 'max-age=31536000';

/** Connections to the instances are kept, as a load balancer's are. */
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 256 });

/** Sends a request to a healthy instance and its answer back, both streamed. */
export function forward(
  service: LocalService,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  tried: Set<Instance> = new Set(),
): void {
  const instance = service.pick(tried);
  if (!instance) return fail(response, 503, 'No healthy instance. Try again in a moment.');
  tried.add(instance);
  instance.inFlight += 1;
  const upstream = http.request({
    agent,
    host: '127.0.0.1',
    port: instance.port,
    method: request.method,
    path: request.url,
    headers: forwardedHeaders(request),
    timeout: service.props.idleTimeoutSeconds * 1000,
  });
  let released = false;
  const release = () => {
    if (!released) instance.inFlight -= 1;
    released = true;
  };
  upstream.on('response', (answer) => {
    // An answer that comes before the whole request is passed on at once; what the client still sends is then read and dropped, or
    // it would see a broken connection and no answer.
    if (!request.complete) limitRest(request);
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, [
      ...keptHeaders(answer.rawHeaders),
      'Strict-Transport-Security',
      STRICT_TRANSPORT_SECURITY,
    ]);
    answer.pipe(response);
    answer.on('aborted', () => response.destroy());
    answer.on('error', () => response.destroy());
  });
  upstream.on('timeout', () => upstream.destroy(new Error('timeout')));
  upstream.on('close', release);
  upstream.on('error', (error: NodeJS.ErrnoException) => {
    release();
    if (response.destroyed) return;
    // Nothing has reached a program that refuses the connection, nor one that closed a kept connection before it read.
    const unread = error.code === 'ECONNREFUSED' || (error.code === 'ECONNRESET' && upstream.reusedSocket);
    if (unread && !hasBody(request)) return forward(service, request, response, tried);
    if (response.headersSent) return void response.destroy();
    if (error.message === 'timeout') return fail(response, 504, 'The service did not answer in time.');
    fail(response, 502, 'The service ended the connection.');
  });
  response.on('close', () => {
    upstream.destroy();
    request.unpipe(upstream);
    request.resume();
  });
  if (hasBody(request)) request.pipe(upstream);
  else upstream.end();
}

/** Hands a WebSocket (or any other upgrade) through, as raw bytes once both sides agreed. */
export function upgrade(service: LocalService, request: http.IncomingMessage, client: Duplex, head: Buffer): void {
  const instance = service.pick();
  if (!instance) return refuse(client, 503, 'Service Unavailable');
  instance.inFlight += 1;
  const upstream = http.request({
    host: '127.0.0.1',
    port: instance.port,
    method: request.method,
    path: request.url,
    headers: { ...forwardedHeaders(request), connection: 'Upgrade', upgrade: request.headers.upgrade },
  });
  upstream.on('close', () => (instance.inFlight -= 1));
  upstream.on('upgrade', (answer, server, firstBytes) => {
    client.write(rawHead(101, answer.statusMessage ?? 'Switching Protocols', answer.rawHeaders));
    if (firstBytes.length > 0) client.write(firstBytes);
    if (head.length > 0) server.write(head);
    join(client, server, service.props.idleTimeoutSeconds);
  });
  upstream.on('response', (answer) => {
    client.write(rawHead(answer.statusCode ?? 502, answer.statusMessage ?? '', keptHeaders(answer.rawHeaders)));
    answer.pipe(client);
  });
  upstream.on('error', () => refuse(client, 502, 'Bad Gateway'));
  client.on('error', () => upstream.destroy());
  upstream.end();
}

/** Ends the connection of a client that goes on sending for long after it was answered. */
function limitRest(request: http.IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), REST_TIMEOUT_MS);
  timer.unref();
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
}

/** An answer of the front itself: one plain line. */
export function fail(response: http.ServerResponse, status: number, message: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'strict-transport-security': STRICT_TRANSPORT_SECURITY,
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  response.end(`${message}\n`);
}

/** Refuses an upgrade. */
export function refuse(client: Duplex, status: number, reason: string): void {
  client.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function join(client: Duplex, server: Socket, idleTimeoutSeconds: number): void {
  const sockets = [client as Socket, server];
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
  // Silent in both directions for so long: ended, as the clouds' load balancers do.
  for (const socket of sockets) {
    socket.setNoDelay(true);
    socket.setTimeout(idleTimeoutSeconds * 1000, () => {
      if (sockets.every((each) => Date.now() - lastActivity.get(each)! >= idleTimeoutSeconds * 1000)) client.destroy();
    });
    lastActivity.set(socket, Date.now());
    socket.on('data', () => lastActivity.set(socket, Date.now()));
  }
}

const lastActivity = new WeakMap<Socket, number>();

function forwardedHeaders(request: http.IncomingMessage): http.OutgoingHttpHeaders {
  const headers: http.OutgoingHttpHeaders = {};
  const named = connectionHeaders(request);
  for (const [name, value] of Object.entries(request.headers)) {
    if (!NOT_FORWARDED.has(name) && !named.has(name)) headers[name] = value;
  }
  const client = request.socket.remoteAddress ?? 'unknown';
  const claimed = request.headers['x-forwarded-for'];
  headers['x-forwarded-for'] = claimed === undefined ? client : `${[claimed].flat().join(', ')}, ${client}`;
  headers['x-forwarded-proto'] = 'https';
  headers['x-forwarded-port'] = String(request.socket.localPort ?? 443);
  return headers;
}

/** Headers that the client declared to concern this connection only. */
function connectionHeaders(request: http.IncomingMessage): ReadonlySet<string> {
  return new Set((request.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

function keptHeaders(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    const lower = name.toLowerCase();
    if (!NOT_FORWARDED.has(lower) && lower !== 'strict-transport-security') kept.push(name, rawHeaders[index + 1]!);
  }
  return kept;
}

function rawHead(status: number, reason: string, rawHeaders: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function hasBody(request: http.IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}
