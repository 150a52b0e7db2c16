import type { Card, Step } from './architecture';
import type { ResourceGroup } from './shown';

/** The way of a job through a stack, as its rights and rules allow it. */
export interface JobFlow {
  readonly front: ResourceGroup;
  readonly gateway: ResourceGroup;
  readonly queue: ResourceGroup;
  readonly deadLetters: ResourceGroup;
  readonly runner: ResourceGroup;
  readonly store: ResourceGroup;
  /** Port of the load balancer. */
  readonly frontPort: number;
  /** Port of the gateway's machines. */
  readonly gatewayPort: number;
  readonly storePort: number;
  /** Sandbox runtime that the runner is told to use, such as `runsc`. */
  readonly runtime: string;
  /** After so many seconds without a word of its runner, a job is given to another. */
  readonly leaseSeconds: number;
}

/** The steps in words, with the figures of the stack. */
export function stepsOf(flow: JobFlow, cards: readonly Card[]): Step[] {
  const front = cards.find(({ id }) => id === `front_${flow.front.key}`.replace(/\W/g, '_'));
  const { minimumTls, paths } = front?.facts ?? {};
  return [
    {
      kind: 'request',
      text: `A client sends code, language and version over a WebSocket, TLS ${minimumTls} or newer.`,
    },
    { kind: 'request', text: `The load balancer ends TLS and lets ${paths} public paths through; all else is a 404.` },
    { kind: 'request', text: 'The whole job is one message. Accepted means: the queue has it.' },
    { kind: 'request', text: `A runner with a free slot claims it, for ${flow.leaseSeconds} s at a time.` },
    { kind: 'request', text: 'It runs in a sandbox that waited for it and serves no other job.' },
    { kind: 'result', text: 'Output goes out as numbered events; only the present attempt may write.' },
    { kind: 'result', text: 'The gateway follows the events of its clients’ jobs, and sends input and cancels back.' },
    { kind: 'result', text: 'The client sees output live, and resumes after a lost connection.' },
  ].map((step, index) => ({ ...step, number: index + 1 }) as Step);
}
