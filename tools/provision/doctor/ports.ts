import * as net from 'node:net';
import type { Check, Finding } from './check';

/** What `up` listens on when it is told nothing else. */
const DEFAULT_PORTS = [8443, 8080];

/** Ports that `up` listens on. */
export const ports: Check = {
  name: 'ports',
  neededBy: 'up',
  look: async (): Promise<Finding> => {
    const taken: number[] = [];
    for (const port of DEFAULT_PORTS) if (!(await isFree(port))) taken.push(port);
    if (taken.length === 0) return { state: 'ok', found: `${DEFAULT_PORTS.join(' and ')} are free` };
    return {
      state: 'warning',
      found: `${taken.join(' and ')} taken`,
      fix: 'end what listens there, or choose others: ./sandpiper up --help',
    };
  },
};

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => resolve(true)));
  });
}
