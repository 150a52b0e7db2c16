import type { AddressInfo } from 'node:net';
import * as http from 'node:http';
import type { Registry } from 'prom-client';

/** A service that the process depends on. */
export interface Dependency {
  /** Rejects when it does not answer. */
  ping(): Promise<void>;
}

export interface AdminProps {
  readonly queue: Dependency;
  readonly store: Dependency;
  readonly registry: Registry;
  /** 0 for any free one. */
  readonly port: number;
}

/** A dependency that does not answer by then is told as away. */
const PATIENCE_MS = 3_000;

/** The private port: `/readyz` tells of each dependency, `/metrics` is for Prometheus. On the loopback address only. */
export async function openAdmin({ queue, store, registry, port }: AdminProps) {
  const readiness = async () => {
    const [queueState, storeState] = await Promise.all([stateOf(queue.ping()), stateOf(store.ping())]);
    return { queue: queueState, events: storeState };
  };
  const server = http.createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.url === '/metrics') {
        response.setHeader('content-type', registry.contentType);
        response.end(await registry.metrics());
      } else if (request.url === '/readyz') {
        const states = await readiness();
        const isReady = Object.values(states).every((state) => state === 'ok');
        response.writeHead(isReady ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(states));
      } else response.writeHead(404).end();
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function stateOf(answer: Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer after ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    await Promise.race([answer, timeout]);
    return 'ok';
  } catch (error) {
    return (error as Error).message;
  } finally {
    clearTimeout(timer);
  }
}
