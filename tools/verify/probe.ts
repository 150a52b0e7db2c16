import * as http from 'node:http';
import * as https from 'node:https';
import * as tls from 'node:tls';

/** What is asked of a deployed service, and how it is reached. */
export interface Target {
  readonly url: URL;
  /** Port that answers plain HTTP. */
  readonly httpPort: number;
  /** PEM of an authority to trust besides the system's. @default none */
  readonly ca?: string;
  readonly timeoutMs: number;
}

/** An answer, body and all. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly milliseconds: number;
}

/** The body of an answer is read up to here. */
const MAXIMUM_BODY_BYTES = 64 * 1024;

/** GETs a path exactly as it is spelled, over TLS. The chain is not checked here: {@link handshake} does. */
export function ask(target: Target, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return send(https, target, Number(target.url.port || 443), path, headers);
}

/** GETs a path over plain HTTP. */
export function askPlainly(target: Target, path: string): Promise<Answer> {
  return send(http, target, target.httpPort, path, {});
}

function send(
  client: typeof http | typeof https,
  target: Target,
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const request = client.get(
      {
        host: target.url.hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        // Firewalls refuse a client that names no program.
        headers: { 'user-agent': 'sandpiper', ...headers },
        agent: false,
        timeout: target.timeoutMs,
        rejectUnauthorized: false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          if (body.length < MAXIMUM_BODY_BYTES) body += text;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body,
            milliseconds: Number(process.hrtime.bigint() - started) / 1e6,
          }),
        );
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${target.timeoutMs} ms`)));
    request.on('error', reject);
  });
}

/** What a TLS handshake showed. */
export interface Handshake {
  readonly protocol: string;
  /** Undefined when the chain and the name are fine. */
  readonly problem?: string;
  readonly daysLeft: number;
}

/** Shakes hands with one version of TLS only. Rejects when the server refuses it. */
export function handshake(target: Target, version?: tls.SecureVersion): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const host = target.url.hostname.replace(/^\[|\]$/g, '');
    const socket = tls.connect({
      host,
      port: Number(target.url.port || 443),
      servername: /^[\d.]+$|:/.test(host) ? '' : host,
      rejectUnauthorized: false,
      ca: target.ca === undefined ? undefined : [...tls.rootCertificates, target.ca],
      ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
      // OpenSSL's default level refuses TLS 1.0 and 1.1 by itself, which would prove nothing about the server.
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    socket.setTimeout(target.timeoutMs, () => socket.destroy(new Error(`no handshake within ${target.timeoutMs} ms`)));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      const problem = socket.authorizationError as unknown as Error | string | null;
      resolve({
        protocol: socket.getProtocol() ?? 'none',
        problem: problem === null ? undefined : String(problem instanceof Error ? problem.message : problem),
        daysLeft: Math.floor((Date.parse(certificate.valid_to) - Date.now()) / 86_400_000),
      });
      socket.destroy();
    });
  });
}
