import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import type * as tls from 'node:tls';

/** A deployed user API as it should be; tests make one thing wrong at a time. */
export interface Behaviour {
  readonly minVersion: tls.SecureVersion;
  readonly maxVersion: tls.SecureVersion;
  readonly redirectStatus: number;
  readonly location: (httpsPort: number, target: string) => string;
  readonly privateStatus: number;
  /** Whether paths are decoded and normalized before they are matched. */
  readonly normalizes: boolean;
  readonly rootStatus: number;
  readonly message: (message: string) => string;
  readonly hsts?: string;
  readonly delayMs: number;
  readonly acceptsForged: boolean;
}

const RIGHT: Behaviour = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  redirectStatus: 301,
  location: (port, target) => `https://localhost:${port}${target}`,
  privateStatus: 404,
  normalizes: false,
  rootStatus: 404,
  message: (message) => message,
  hsts: 'max-age=31536000',
  delayMs: 0,
  acceptsForged: false,
};

/** A server that keeps every promise but those that `wrong` breaks. */
export async function startServer(identity: { key: string; certificate: string }, wrong: Partial<Behaviour>) {
  const behaviour = { ...RIGHT, ...wrong };
  const secure = https.createServer(
    {
      key: identity.key,
      cert: identity.certificate,
      minVersion: behaviour.minVersion,
      maxVersion: behaviour.maxVersion,
      ciphers: 'DEFAULT:@SECLEVEL=0',
    },
    (request, response) => setTimeout(() => answer(behaviour, request, response), behaviour.delayMs),
  );
  const plain = http.createServer((request, response) => {
    response
      .writeHead(behaviour.redirectStatus, { location: behaviour.location(portOf(secure), request.url ?? '/') })
      .end();
  });
  await Promise.all([secure, plain].map((server) => new Promise<void>((done) => server.listen(0, 'localhost', done))));
  return {
    url: new URL(`https://localhost:${portOf(secure)}`),
    httpPort: portOf(plain),
    stop: () =>
      Promise.all(
        [secure, plain].map((server) => {
          server.closeAllConnections();
          return new Promise((done) => server.close(done));
        }),
      ),
  };
}

function answer(behaviour: Behaviour, request: http.IncomingMessage, response: http.ServerResponse): void {
  if (behaviour.hsts !== undefined) response.setHeader('strict-transport-security', behaviour.hsts);
  const target = request.url ?? '/';
  const path = behaviour.normalizes
    ? new URL(decodeURIComponent(target).replace(/^\/+/, '/'), 'http://h').pathname.replace(
        /[/;].*$/,
        (rest) => rest.split(';')[0]!,
      )
    : target;
  if (path === '/healthz') return void response.writeHead(behaviour.privateStatus).end();
  if (path === '/') return void response.writeHead(behaviour.rootStatus).end();
  if (path !== '/v1/user') return void response.writeHead(404).end('Not found\n');
  const { authorization } = request.headers;
  const refuse = (message: string) => void response.writeHead(401).end(`${behaviour.message(message)}\n`);
  if (authorization === undefined) return refuse('Required authorization token not found');
  const [scheme, token = ''] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer') return refuse('Authorization header format must be Bearer {token}');
  if (token.split('.').length !== 3) return refuse('token contains an invalid number of segments');
  if (token !== 'a.valid.token' && !behaviour.acceptsForged) return refuse('signature is invalid');
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"user_id":"1","user_full_name":null,"user_email":null}');
}

function portOf(server: http.Server | https.Server): number {
  return (server.address() as AddressInfo).port;
}
