import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import type * as net from 'node:net';
import * as tls from 'node:tls';
import type { MachineIdentity, SimulatedCloud } from './simulated-cloud';
import type { TestAuthority } from './test-authority';

/** What a machine reaches, on sockets of the harness to which its edge (edge.js) forwards. */
export interface MachineServers {
  /** Ends every connection. */
  close(): Promise<void>;
}

/** @param at path of a socket by its name: `metadata.sock`, `api.sock`, `events.sock` */
export function openMachineServers(
  cloud: SimulatedCloud,
  machine: MachineIdentity,
  { contextOf }: Pick<TestAuthority, 'contextOf'>,
  at: (name: string) => string,
): MachineServers {
  const SNICallback: tls.TlsOptions['SNICallback'] = (host, done) =>
    void contextOf(host).then(
      (context) => done(null, context),
      (error: Error) => done(error),
    );
  const servers = [
    http.createServer(cloud.metadata(machine)).listen(at('metadata.sock')),
    apiServer(cloud, SNICallback).listen(at('api.sock')),
  ] as net.Server[];
  const { events } = cloud;
  if (events !== undefined) {
    const server = tls.createServer({ SNICallback, ...events.certificate }, (connection) => events.serve(connection));
    servers.push(server.listen(at('events.sock')));
  }
  const connections = new Set<net.Socket>();
  for (const server of servers) {
    server.on('connection', (connection: net.Socket) => {
      connections.add(connection);
      connection.once('close', () => connections.delete(connection));
    });
  }
  return {
    close: async () => {
      for (const connection of connections) connection.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** HTTP/2 for the hosts that speak it, HTTP/1.1 for all others. */
function apiServer({ api, streams }: SimulatedCloud, SNICallback: tls.TlsOptions['SNICallback']): net.Server {
  if (streams === undefined) return https.createServer({ SNICallback }, api);
  const first = http.createServer(api);
  const second = http2.createServer().on('stream', streams.serve);
  const ALPNCallback: tls.TlsOptions['ALPNCallback'] = ({ servername, protocols }) =>
    (streams.hosts.includes(servername) ? ['h2', 'http/1.1'] : ['http/1.1']).find((name) => protocols.includes(name));
  return tls.createServer({ SNICallback, ALPNCallback }, (connection) => {
    (connection.alpnProtocol === 'h2' ? second : first).emit('connection', connection);
  });
}
