import { deflateRawSync } from 'node:zlib';
import { encodeJobMessage } from '../../../../services/engines/job-message';
import { MemoryEventStore } from '../../../../services/engines/event-store/memory/memory-event-store';
import { MemoryJobQueue } from '../../../../services/engines/job-queue/memory';
import { StoreUnavailableError } from '../../../../services/engines/event-store/event-store';
import { type StoredEvent, type JobStore } from '../../../../services/engines/event-store/job-store';
import type { JobQueue, ReceiveOptions } from '../../../../services/engines/job-queue/job-queue';
import { ImageUnavailableError } from '../../../../services/images/fetch-image';
import { UnknownLanguageError } from '../../../../services/languages/choose-version';
import type { LanguageRuntime } from '../../../../services/sandbox/language-runtime';
import { startWorker, type Worker, type WorkerProps } from '../../../../services/runner/worker/worker';
import { scriptedPool, scriptRuntime } from '../../../kit/runner/scripted-pool';

const HOUR_MS = 3_600_000;
let queue: MemoryJobQueue;
let store: MemoryEventStore;
let workers: Worker[];
let lastId = 0;

beforeEach(() => {
  queue = new MemoryJobQueue();
  store = new MemoryEventStore();
  workers = [];
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.drain(0)));
  await queue.close();
  await store.close();
});

function worker(props: Partial<WorkerProps> = {}): Worker {
  const started = startWorker({
    queue,
    store: store.jobs,
    limiter: store.limiter,
    sandboxPool: scriptedPool(),
    runtimeOf: () => scriptRuntime,
    slots: 2,
    runnerId: `runner-${workers.length}`,
    leaseSeconds: 10,
    ...props,
  });
  workers.push(started);
  return started;
}

async function submit(
  script: string,
  job: Record<string, unknown> = {},
  deadlineMs = Date.now() + HOUR_MS,
): Promise<string> {
  const id = `job-${++lastId}`;
  const known = { id, owner: 'user:1', deadlineMs, retentionMs: HOUR_MS };
  await store.jobs.createJob({ ...known, language: 'script' });
  const body = { language: 'script', files: [{ content: script }], ...job };
  await queue.send({ body: encodeJobMessage({ ...known, acceptedMs: Date.now(), job: body }) });
  return id;
}

async function eventsOf(id: string): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of store.jobs.follow(id, undefined, AbortSignal.timeout(20_000))) events.push(event);
  return events;
}

function outputOf(events: readonly StoredEvent[]): string {
  return events.flatMap(({ event }) => (event.type === 'stdout' ? [event.data] : [])).join('');
}

/** Reads a job until its output holds a text. */
async function untilOutput(id: string, text: string): Promise<void> {
  let output = '';
  for await (const stored of store.jobs.follow(id, undefined, AbortSignal.timeout(20_000))) {
    output += outputOf([stored]);
    if (output.includes(text)) return;
  }
  throw new Error(`${id} ended without ${text}`);
}

/** Reads a job until a runner has begun it. */
async function untilReset(id: string): Promise<void> {
  for await (const { event } of store.jobs.follow(id, undefined, AbortSignal.timeout(20_000)))
    if (event.type === 'reset') return;
}

async function untilEmpty(): Promise<void> {
  for (let waiting = 1; waiting > 0;) {
    const depth = await queue.depth();
    waiting = depth.waiting + depth.inFlight;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a worker', () => {
  it('runs a job, numbers its events from the reset on, and completes its message', async () => {
    worker();
    const events = await eventsOf(await submit('print one\nprint two\nexit 3'));
    expect(events.map(({ event }) => event.type)).toEqual(['reset', 'stage', 'stdout', 'stdout', 'usage', 'exit']);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(outputOf(events)).toBe('one\ntwo\n');
    expect(events.at(-1)!.event).toMatchObject({ type: 'exit', reason: 'ok', exitCode: 3 });
    await untilEmpty();
  });

  it('runs as many jobs at once as it has slots, and the others after them', async () => {
    const taken = worker({ slots: 2 });
    const ids = [await submit('print a\nwait'), await submit('print b\nwait'), await submit('print c')];
    await untilOutput(ids[0]!, 'a');
    await untilOutput(ids[1]!, 'b');
    expect(taken.running).toBe(2);
    expect(await queue.depth()).toEqual({ waiting: 1, inFlight: 2 });
    await store.jobs.command(ids[0]!, { type: 'cancel', reason: 'test' });
    expect(outputOf(await eventsOf(ids[2]!))).toBe('c\n');
    await store.jobs.command(ids[1]!, { type: 'cancel', reason: 'test' });
  });

  it('passes input, its end and signals on, those too that came before the job was claimed', async () => {
    const id = await submit('echo', { stdinOpen: true });
    await store.jobs.command(id, { type: 'stdin', data: 'early ' });
    worker();
    await untilOutput(id, 'early ');
    await store.jobs.command(id, { type: 'stdin', data: Buffer.from('later').toString('base64'), encoding: 'base64' });
    await store.jobs.command(id, { type: 'signal', signal: 'SIGUSR1' });
    await untilOutput(id, 'SIGUSR1');
    await store.jobs.command(id, { type: 'stdinClose' });
    const events = await eventsOf(id);
    expect(outputOf(events)).toBe('early laterSIGUSR1\n');
    expect(events.at(-1)!.event).toMatchObject({ reason: 'ok' });
  });

  it('ends a cancelled job as cancelled', async () => {
    worker();
    const id = await submit('print on\nwait');
    await untilOutput(id, 'on');
    await store.jobs.command(id, { type: 'cancel', reason: 'the client left' });
    expect((await eventsOf(id)).at(-1)!.event).toMatchObject({ type: 'exit', reason: 'cancelled' });
    await untilEmpty();
  });

  it('gives a job back when it drains: another runner starts it anew, and no attempt is counted', async () => {
    const first = worker();
    const id = await submit('print on\nwait');
    await untilOutput(id, 'on');
    await first.drain(0);
    expect(await store.jobs.findJob(id)).toMatchObject({ state: 'queued', attempts: 0 });
    worker();
    await store.jobs.command(id, { type: 'cancel', reason: 'test' });
    const events = await eventsOf(id);
    expect(events[0]!.event).toMatchObject({ type: 'reset', attempt: 1 });
    expect(new Set(events.map(({ epoch }) => epoch)).size).toBe(1);
  });

  it('lets a job end that has time enough when it drains', async () => {
    const first = worker();
    const id = await submit('echo', { stdinOpen: true });
    await store.jobs.command(id, { type: 'stdin', data: 'x' });
    await untilOutput(id, 'x');
    const drained = first.drain(20_000);
    await store.jobs.command(id, { type: 'stdinClose' });
    await drained;
    expect((await eventsOf(id)).at(-1)!.event).toMatchObject({ reason: 'ok' });
  });

  it('tries a job again whose sandbox fails, then ends it and puts it aside', async () => {
    const sandboxPool = scriptedPool();
    worker({ sandboxPool, maximumAttempts: 3 });
    const id = await submit('print on\nbreak');
    // A follower is told of each attempt and ends with the last.
    await untilEmpty();
    expect(sandboxPool.started).toHaveLength(3);
    const events = await eventsOf(id);
    expect(events[0]!.event).toMatchObject({ type: 'reset', attempt: 3 });
    expect(events.at(-1)!.event).toMatchObject({ type: 'exit', reason: 'sandboxError' });
    const [letter] = await queue.deadLetters.list(10);
    expect(letter!.reason).toContain('the script breaks its sandbox');
  });

  it('ends a job whose attempts were spent by runners that died', async () => {
    const id = await submit('print never');
    const known = { id, owner: 'user:1', language: 'script', deadlineMs: Date.now() + HOUR_MS, retentionMs: HOUR_MS };
    for (let attempt = 1; attempt <= 2; attempt++) {
      const claim = await store.jobs.claim(known, { runnerId: 'dead', leaseMs: 1, maximumAttempts: 2 });
      expect(claim.kind).toBe('claimed');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const sandboxPool = scriptedPool();
    worker({ sandboxPool, maximumAttempts: 2 });
    expect((await eventsOf(id)).at(-1)!.event).toMatchObject({ type: 'exit', reason: 'sandboxError' });
    await untilEmpty();
    expect(sandboxPool.started).toEqual([]);
    expect((await queue.deadLetters.list(10))[0]!.reason).toBe('2 attempts ended without a result');
  });

  it('completes a message whose job has ended, without running it', async () => {
    const id = await submit('print never');
    await store.jobs.endUnheld(id, { type: 'error', code: 'unavailable', message: 'gone' });
    const sandboxPool = scriptedPool();
    worker({ sandboxPool });
    await untilEmpty();
    expect(sandboxPool.started).toEqual([]);
  });

  it('puts a message aside that holds no job', async () => {
    await queue.send({ body: 'not a job' });
    worker();
    await untilEmpty();
    expect(await queue.deadLetters.list(10)).toHaveLength(1);
  });

  it('leaves a message of a newer version to a newer runner', async () => {
    const putBack: string[] = [];
    const observer = { claimed: () => {}, ran: () => {}, ended: () => {}, putBack: (why: string) => putBack.push(why) };
    await queue.send({ body: deflateRawSync(JSON.stringify({ v: 2 })).toString('base64') });
    const old = worker({ observer });
    while (putBack.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await old.drain(0);
    expect(putBack).toEqual(['newerMessage']);
    expect(await queue.deadLetters.list(10)).toEqual([]);
    expect(await queue.depth()).toEqual({ waiting: 1, inFlight: 0 });
  });

  it('tells the client of a language that it does not have', async () => {
    worker({
      runtimeOf: () => {
        throw new UnknownLanguageError('language: "script" is unknown; there are none');
      },
    });
    const events = await eventsOf(await submit('print never'));
    expect(events.at(-1)!.event).toMatchObject({ type: 'error', code: 'unknownLanguage' });
    await untilEmpty();
  });

  it('keeps a job while its image is fetched, and passes on what came meanwhile', async () => {
    let arrive!: (runtime: LanguageRuntime) => void;
    const image = new Promise<LanguageRuntime>((resolve) => (arrive = resolve));
    worker({ runtimeOf: () => image });
    const id = await submit('echo', { stdinOpen: true });
    await untilReset(id);
    for (const data of ['early ', 'and ']) await store.jobs.command(id, { type: 'stdin', data });
    // Read by the runner before the image is there.
    await new Promise((resolve) => setTimeout(resolve, 50));
    arrive(scriptRuntime);
    await untilOutput(id, 'early and ');
    await store.jobs.command(id, { type: 'stdin', data: 'later' });
    await store.jobs.command(id, { type: 'stdinClose' });
    const events = await eventsOf(id);
    expect(outputOf(events)).toBe('early and later');
    expect(events.at(-1)!.event).toMatchObject({ type: 'exit', reason: 'ok' });
  });

  it('ends a job at once that is cancelled while its image is fetched', async () => {
    worker({ runtimeOf: () => new Promise(() => {}) });
    const id = await submit('print never');
    await untilReset(id);
    await store.jobs.command(id, { type: 'cancel', reason: 'test' });
    expect((await eventsOf(id)).at(-1)!.event).toMatchObject({ type: 'exit', reason: 'cancelled' });
    await untilEmpty();
  });

  it('gives a job back whose image is being fetched when it drains', async () => {
    const first = worker({ runtimeOf: () => new Promise(() => {}) });
    const id = await submit('print done');
    await untilReset(id);
    await first.drain(0);
    worker();
    const events = await eventsOf(id);
    expect(events.map(({ event }) => (event.type === 'reset' ? event.attempt : undefined)).filter(Boolean)).toEqual([
      1,
    ]);
    expect(outputOf(events)).toBe('done\n');
  });

  it('has a job whose image cannot be had tried elsewhere, after a pause', async () => {
    const pauses: number[] = [];
    const counted: string[] = [];
    const observer = { claimed: () => {}, ran: () => {}, ended: () => {}, putBack: (why: string) => counted.push(why) };
    const paused: JobQueue = Object.create(queue, {
      receive: {
        value: async (options: ReceiveOptions) =>
          (await queue.receive(options)).map((lease) =>
            Object.create(lease, {
              release: {
                value: (seconds: number) => {
                  pauses.push(seconds);
                  return lease.release(0);
                },
              },
            }),
          ),
      },
    });
    const unavailable = (): never => {
      throw new ImageUnavailableError({ key: 'images/x', sha256: 'x', bytes: 1 }, 'the bucket is away');
    };
    const first = worker({ runtimeOf: unavailable, queue: paused, slots: 1, observer });
    const id = await submit('print done');
    const events = await eventsOf(id);
    await first.drain(0);
    expect(events.at(-1)!.event).toMatchObject({
      reason: 'sandboxError',
      message: expect.stringContaining('the bucket is away'),
    });
    expect(counted).toEqual(['noImage', 'noImage']);
    // It is put back for a moment too where its last claim has not quite ended.
    expect(pauses.filter((seconds) => seconds !== 1)).toEqual([10, 10]);
    expect(await queue.deadLetters.list(10)).toHaveLength(1);
  });

  it('bears an outage of the event store, and answers that were lost: no event is missing, none is there twice', async () => {
    let calls = 0;
    const flaky: JobStore = new Proxy<JobStore>(store.jobs, {
      get: (target, name: keyof JobStore) => {
        if (name !== 'append') return bound(target, name);
        return async (...given: Parameters<JobStore['append']>) => {
          calls++;
          if (calls % 3 === 1) throw new StoreUnavailableError(new Error('away'));
          const last = await target.append(...given);
          if (calls % 3 === 2) throw new StoreUnavailableError(new Error('the answer was lost'));
          return last;
        };
      },
    });
    worker({ store: flaky });
    const events = await eventsOf(await submit('print 1\nprint 2\nprint 3\nprint 4\nexit 0'));
    expect(outputOf(events)).toBe('1\n2\n3\n4\n');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    await untilEmpty();
    expect(calls).toBeGreaterThan(3);
  });
});

function bound(store: JobStore, name: keyof JobStore): unknown {
  const member = store[name] as unknown;
  return typeof member === 'function' ? (member as (...given: unknown[]) => unknown).bind(store) : member;
}
