import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import type * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import WebSocket from 'ws';
import { buildPage } from '../../tools/artifacts/build/page';
import { ALL_IN_ONE, preparePlayground } from '../../tools/local-runner/prepare-playground';
import { freePort } from '../../modules/local/free-port';
import { PROTOCOL_VERSION } from '../../services/protocol/messages';
import { bareRun, type Sample } from '../bare-run';
import { quantile } from '../quantile';

/**
 * node bench/run.js gateway [idle connections]: from a submit over the WebSocket to the first byte of python hello, jobs per
 * second, and what a megabyte of output costs, against bare spawns of the same program; with engines in memory, crun, and
 * everything on this machine. With idle connections (the goal is for 10,000): the same first byte for 200 active ones, beside them and without.
 */

const CODE = "print('hello')\n";
const SAMPLES = 200;
const JOBS = 100;
const ROUNDS = 7;
const ACTIVE = 200;
const JOBS_OF_ACTIVE = 3;
/** 200 of them ask for 20 jobs a second: half of what two cores do. */
const MEAN_THINKING_MS = 10_000;
const PYTHON = '/usr/bin/python3';

interface Message {
  readonly type: string;
  readonly job?: string;
  readonly ref?: string;
}

/** One bare run of the same program. */
const bare = (directory: string): Promise<Sample> => bareRun([PYTHON, 'main.py'], directory);

/** A client that runs one job after the other. */
async function openClient(url: string) {
  const socket = new WebSocket(url, PROTOCOL_VERSION);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  let hear: (message: Message) => void = () => undefined;
  socket.on('message', (data: Buffer) => hear(JSON.parse(data.toString()) as Message));
  return {
    /** Bytes that came over the wire so far. */
    received: () => (socket as unknown as { readonly _socket: net.Socket })._socket.bytesRead,
    run: (code = CODE) =>
      new Promise<Sample>((resolve, reject) => {
        const started = performance.now();
        let firstByte: number | undefined;
        hear = (message) => {
          if (message.type === 'stdout') firstByte ??= performance.now() - started;
          else if (message.type === 'exit') resolve({ firstByte: firstByte ?? NaN, exit: performance.now() - started });
          else if (message.type === 'error') reject(new Error(JSON.stringify(message)));
        };
        socket.send(JSON.stringify({ type: 'submit', language: 'python', files: [{ content: code }] }));
      }),
    close: () => socket.close(),
  };
}

async function startPlayground(): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const port = await freePort();
  const [program, ...args] = ALL_IN_ONE;
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH,
      ...(await preparePlayground('crun', buildPage())),
      HOST: '127.0.0.1',
      PORT: String(port),
      APP_JWT_SECRET: 'secret',
      SANDPIPER_ALLOW_ANONYMOUS: 'true',
      SANDPIPER_DRAIN_SECONDS: '5',
      SANDPIPER_QUEUE: 'memory:',
      SANDPIPER_EVENTS: 'memory:',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error('the playground ended');
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (answer?.status === 204) return { port, child };
    await pause(50);
  }
}

/** Connections that say one word and then nothing. */
async function openIdle(url: string, count: number): Promise<() => void> {
  const sockets: WebSocket[] = [];
  const open = async (): Promise<void> => {
    while (sockets.length < count) {
      const socket = new WebSocket(url, PROTOCOL_VERSION, { perMessageDeflate: false });
      sockets.push(socket);
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      socket.send('{"type":"ping"}');
    }
  };
  await Promise.all(Array.from({ length: 20 }, open));
  return () => sockets.forEach((socket) => socket.terminate());
}

function residentMegabytes(child: ChildProcess): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Bare runs and jobs take turns, so that the machine's moods meet both. */
async function firstBytes(url: string, directory: string) {
  const client = await openClient(url);
  const [bares, jobs]: [number[], number[]] = [[], []];
  for (let sample = -10; sample < SAMPLES; sample++) {
    const plain = await bare(directory);
    const job = await client.run();
    // Time for the pool to make another sandbox: a person types for longer.
    await pause(60);
    if (sample < 0) continue;
    bares.push(plain.firstByte);
    jobs.push(job.firstByte);
  }
  client.close();
  return { bares, jobs };
}

/** Many people, each of whom runs a program every few seconds. @returns the times to the first byte */
async function activeFirstBytes(url: string): Promise<readonly number[]> {
  const clients = await Promise.all(Array.from({ length: ACTIVE }, () => openClient(url)));
  const times: number[] = [];
  const think = (): Promise<void> => pause(Math.random() * 2 * MEAN_THINKING_MS);
  await Promise.all(
    clients.map(async ({ run }) => {
      for (let job = 0; job < JOBS_OF_ACTIVE; job++) {
        await think();
        times.push((await run()).firstByte);
      }
    }),
  );
  clients.forEach((client) => client.close());
  return times;
}

/** What a megabyte of output costs more than none: time, and bytes on the wire. */
async function megabyte(url: string, directory: string) {
  const code = `import sys\nfor _ in range(16): sys.stdout.write("${'x'.repeat(79)}\\n" * 781)\n`;
  const bytes = 16 * 80 * 781;
  const file = path.join(directory, 'megabyte.py');
  fs.writeFileSync(file, code);
  const client = await openClient(url);
  const times: Record<'bareNone' | 'bareAll' | 'none' | 'all', number[]> = {
    bareNone: [],
    bareAll: [],
    none: [],
    all: [],
  };
  let wire = 0;
  for (let sample = 0; sample < 40; sample++) {
    times.bareNone.push((await bare(directory)).exit);
    times.bareAll.push((await bareRun([PYTHON, file], directory)).exit);
    times.none.push((await client.run()).exit);
    await pause(80);
    const before = client.received();
    times.all.push((await client.run(code)).exit);
    wire = client.received() - before;
    await pause(80);
  }
  client.close();
  const [bareNone, bareAll, none, all] = [times.bareNone, times.bareAll, times.none, times.all].map((values) =>
    quantile(values, 0.5),
  );
  const scale = 1e6 / bytes;
  return { bareMs: (bareAll! - bareNone!) * scale, ms: (all! - none!) * scale, wire: wire / bytes };
}

/** Each of the loops runs one after the other, all at once. */
async function perSecond(count: number, loops: readonly (() => Promise<unknown>)[]): Promise<number> {
  let started = 0;
  const begin = performance.now();
  const repeat = async (run: () => Promise<unknown>): Promise<void> => {
    while (started++ < count) await run();
  };
  await Promise.all(loops.map(repeat));
  return count / ((performance.now() - begin) / 1000);
}

async function main(idle: number): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-bench-'));
  fs.writeFileSync(path.join(directory, 'main.py'), CODE);
  const { port, child } = await startPlayground();
  const url = `ws://127.0.0.1:${port}/v1/ws`;
  try {
    await pause(2_000);
    const { bares, jobs } = await firstBytes(url, directory);
    const base = quantile(bares, 0.5);
    const tell = (what: string, goal: string, value: number): void =>
      console.log(`${what.padEnd(46)} ${goal.padEnd(8)} ${value.toFixed(2)}`);
    console.log(`bare first byte, p50: ${base.toFixed(1)} ms; submitted, p50: ${quantile(jobs, 0.5).toFixed(1)} ms`);
    tell('submit to first byte, p50, against bare p50', '<= 1.5', quantile(jobs, 0.5) / base);
    tell('submit to first byte, p99, against bare p50', '<= 4', quantile(jobs, 0.99) / base);
    const cores = os.availableParallelism();
    const clients = await Promise.all(Array.from({ length: cores + 2 }, () => openClient(url)));
    const [bareRates, rates]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const bareLoops = Array.from({ length: cores }, () => () => bare(directory));
      bareRates.push(await perSecond(JOBS, bareLoops));
      const loops = clients.map(({ run }) => run);
      rates.push(await perSecond(JOBS, loops));
      // The last sandboxes go, and others are made ready.
      await pause(500);
    }
    const [bareRate, rate] = [quantile(bareRates, 0.5), quantile(rates, 0.5)];
    clients.forEach((client) => client.close());
    console.log(`bare: ${bareRate.toFixed(0)} runs/s; end to end: ${rate.toFixed(0)} jobs/s`);
    tell('jobs per second, against a bare spawn loop', '>= 0.55', rate / bareRate);
    const cost = await megabyte(url, directory);
    console.log(
      `a megabyte of output: ${cost.ms.toFixed(1)} ms more than none (bare: ${cost.bareMs.toFixed(1)} ms), ${cost.wire.toFixed(3)} bytes on the wire for each`,
    );
    console.log(`memory of gateway, engines and runner in one process: ${residentMegabytes(child)} MB`);
    if (idle === 0) return;
    const alone = await activeFirstBytes(url);
    const before = residentMegabytes(child);
    const closeIdle = await openIdle(url, idle);
    await pause(2_000);
    console.log(`with ${idle} idle connections: ${residentMegabytes(child)} MB (before: ${before} MB)`);
    const beside = await firstBytes(url, directory);
    tell(
      'first byte with them, against without (bare-scaled)',
      '<= 1.5',
      quantile(beside.jobs, 0.5) / quantile(beside.bares, 0.5) / (quantile(jobs, 0.5) / base),
    );
    const together = await activeFirstBytes(url);
    console.log(
      `${ACTIVE} active connections beside them: first byte p50 ${quantile(together, 0.5).toFixed(1)} ms, p95 ${quantile(together, 0.95).toFixed(1)} ms; ${residentMegabytes(child)} MB`,
    );
    tell('  p50, against without the idle ones', '<= 1.5', quantile(together, 0.5) / quantile(alone, 0.5));
    closeIdle();
  } finally {
    child.kill('SIGTERM');
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

main(Number(process.argv[2] ?? 0)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
