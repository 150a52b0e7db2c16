import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { createClient, type ClientSocket, type ProtocolClient, type Refusal } from '../../../services/protocol/client';
import type { RunnerEvent } from '../../../services/protocol/events';
import type { Job } from '../../../services/protocol/job';
import { PROTOCOL_VERSION } from '../../../services/protocol/messages';

/** What a client saw of one job. */
export interface SeenJob {
  /** What the program should print. */
  readonly expected: string;
  isAccepted: boolean;
  /** Output of the last attempt. */
  output: string;
  attempts: number;
  /** Every last event it was told of. */
  readonly ends: RunnerEvent[];
  /** Events whose number was not the one after the last. */
  gaps: number;
  refusal?: Refusal;
}

export interface Load {
  readonly jobs: readonly SeenJob[];
  /** Resolves when every job has ended. */
  readonly ended: Promise<void>;
}

export interface LoadProps {
  /** Whether there were enough jobs; those that are under way go on to their end. */
  readonly isEnough: (jobs: readonly SeenJob[]) => boolean;
  /** Jobs under way at once. */
  readonly concurrency: number;
  readonly clients: number;
  /** Asked at each connection; a client takes another gateway each time. */
  readonly gateways: () => readonly string[];
}

/** Refusals that pass: a client of production tries again. */
const PASSING: ReadonlySet<string> = new Set(['unavailable', 'overloaded', 'rateLimited', 'tooManyJobs']);
const PAUSE_MS = 500;

/** Puts load on gateways, with the product's own client: it resumes at another gateway where one is lost. */
export function startLoad({ isEnough, concurrency, clients: clientCount, gateways }: LoadProps): Load {
  let connections = 0;
  const clients = Array.from({ length: clientCount }, () =>
    createClient({
      openSocket: () => {
        const urls = gateways();
        const url = urls[connections++ % urls.length]!.replace(/^http/, 'ws');
        const socket = new WebSocket(`${url}/v1/ws`, PROTOCOL_VERSION);
        socket.on('error', () => undefined);
        return socket as unknown as ClientSocket;
      },
    }),
  );
  const jobs: SeenJob[] = [];
  const worker = async (index: number): Promise<void> => {
    while (!isEnough(jobs)) {
      const number = jobs.length;
      const { job, expected } = jobNumber(number);
      const seen: SeenJob = { expected, isAccepted: false, output: '', attempts: 0, ends: [], gaps: 0 };
      jobs.push(seen);
      await runOne(clients[index % clients.length]!, job, seen);
    }
  };
  const ended = Promise.all(Array.from({ length: concurrency }, (_, index) => worker(index))).then(() => {
    for (const client of clients) client.close();
  });
  return { jobs, ended };
}

/** One job to its end; a submit that was refused for a while is made again. */
async function runOne(client: ProtocolClient, job: Job, seen: SeenJob): Promise<void> {
  const idempotencyKey = randomUUID();
  for (;;) {
    const refusal = await submitOnce(client, job, idempotencyKey, seen);
    if (!refusal) return;
    seen.refusal = refusal;
    if (seen.isAccepted || !PASSING.has(refusal.code)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function submitOnce(
  client: ProtocolClient,
  job: Job,
  idempotencyKey: string,
  seen: SeenJob,
): Promise<Refusal | undefined> {
  return new Promise((resolve) => {
    let last = 0;
    const remote = client.submit(
      { job, idempotencyKey },
      {
        onAccepted: () => (seen.isAccepted = true),
        onReset: () => {
          seen.attempts++;
          seen.output = '';
          // The reset itself is the first event.
          last = 1;
        },
        onEvent: (event) => {
          const { seq } = remote.position()!;
          if (seq !== last + 1) seen.gaps++;
          last = seq;
          if (event.type === 'stdout') seen.output += event.data;
          if (event.type === 'exit' || event.type === 'error') seen.ends.push(event);
        },
        // A second end would come in the moment after the first.
        onEnd: () => setTimeout(() => resolve(undefined), 50),
        onRefused: resolve,
      },
    );
  });
}

/** Short and long ones, silent ones and such that speak all the time. */
function jobNumber(number: number): { readonly job: Job; readonly expected: string } {
  const words = `job ${number}`;
  const programs: readonly (readonly [string, string])[] = [
    [`echo ${words}`, `${words}\n`],
    [
      `for i in 1 2 3 4 5; do echo ${words} $i; sleep 0.1; done`,
      [1, 2, 3, 4, 5].map((i) => `${words} ${i}\n`).join(''),
    ],
    [`sleep 0.4; echo ${words}`, `${words}\n`],
    [`seq 1 2000; echo ${words}`, `${Array.from({ length: 2_000 }, (_, i) => `${i + 1}\n`).join('')}${words}\n`],
  ];
  const [content, expected] = programs[number % programs.length]!;
  return { job: { language: 'bash', files: [{ content }] }, expected };
}
