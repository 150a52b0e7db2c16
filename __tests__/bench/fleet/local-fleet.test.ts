import { simulate } from '../../../bench/fleet/simulate';
import { encodeJobMessage } from '../../../services/engines/job-message';
import type { JobQueue, Lease } from '../../../services/engines/job-queue/job-queue';
import { MemoryEventStore } from '../../../services/engines/event-store/memory/memory-event-store';
import { MemoryJobQueue } from '../../../services/engines/job-queue/memory';
import { startWorker } from '../../../services/runner/worker/worker';
import { scriptedPool, scriptRuntime } from '../../kit/runner/scripted-pool';

const WORKERS = 2;
const SLOTS = 2;
const JOBS = 60;
const HOUR_MS = 3_600_000;
/** How far the simulation may be off (docs/scaling.md says so): a share of the real wait, or so many seconds. */
const ERROR = { share: 0.15, seconds: 0.05 } as const;

interface Life {
  readonly sentAt: number;
  takenAt: number;
  endedAt: number;
}

/** A queue that notes when a runner took a message and when it was done with it. */
function watched(queue: JobQueue, lives: Map<string, Life>): Pick<JobQueue, 'receive'> {
  const watch = (lease: Lease): Lease => {
    const life = lives.get(lease.attributes.life!)!;
    life.takenAt = performance.now();
    return {
      id: lease.id,
      body: lease.body,
      attributes: lease.attributes,
      deliveries: lease.deliveries,
      extend: (seconds) => lease.extend(seconds),
      release: (seconds) => lease.release(seconds),
      deadLetter: (reason) => lease.deadLetter(reason),
      complete: async () => {
        await lease.complete();
        life.endedAt = performance.now();
      },
    };
  };
  return { receive: async (options) => (await queue.receive(options)).map(watch) };
}

describe('the simulated fleet', () => {
  it('waits as the real runners do, given the same jobs', async () => {
    const [queue, store] = [new MemoryJobQueue(), new MemoryEventStore()];
    const lives = new Map<string, Life>();
    const { receive } = watched(queue, lives);
    const watchedQueue = new Proxy(queue, {
      get: (target, name) => {
        if (name === 'receive') return receive;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
      },
    });
    const workers = Array.from({ length: WORKERS }, (_, index) =>
      startWorker({
        queue: watchedQueue,
        store: store.jobs,
        limiter: store.limiter,
        sandboxPool: scriptedPool(),
        runtimeOf: () => scriptRuntime,
        slots: SLOTS,
        runnerId: `runner-${index}`,
      }),
    );
    const ended: Promise<void>[] = [];
    for (let n = 0; n < JOBS; n++) {
      const id = `job-${n}`;
      const known = { id, owner: 'user:1', deadlineMs: Date.now() + HOUR_MS, retentionMs: HOUR_MS };
      await store.jobs.createJob({ ...known, language: 'script' });
      const job = { language: 'script', files: [{ content: `sleep ${40 + 10 * (n % 7)}` }] };
      lives.set(id, { sentAt: performance.now(), takenAt: NaN, endedAt: NaN });
      const body = encodeJobMessage({ ...known, acceptedMs: Date.now(), job });
      await queue.send({ body, attributes: { life: id } });
      ended.push(
        (async () => {
          for await (const _event of store.jobs.follow(id, undefined, AbortSignal.timeout(50_000))) void _event;
        })(),
      );
      // Three bursts, each of more jobs than there are slots.
      if (n % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await Promise.all(ended);
    await Promise.all(workers.map((worker) => worker.drain(20_000)));
    await queue.close();
    await store.close();

    // The times that the machine really took are given to the simulation: a slow one is simulated as slow.
    const real = [...lives.values()];
    const start = real[0]!.sentAt;
    const seconds = (milliseconds: number): number => milliseconds / 1000;
    const trace = {
      name: 'local',
      summary: '',
      arrivals: Float64Array.from(real, ({ sentAt }) => seconds(sentAt - start)),
      durations: Float64Array.from(real, ({ takenAt, endedAt }) => seconds(endedAt - takenAt)),
      horizonSeconds: seconds(Math.max(...real.map(({ endedAt }) => endedAt)) - start),
      initialRate: 0,
    };
    const { waits, lost, redone } = simulate(
      trace,
      {
        slots: SLOTS,
        bootSeconds: 0,
        minimum: WORKERS,
        maximum: WORKERS,
        initial: WORKERS,
        scaleIn: 'protected',
        drainSeconds: 0,
      },
      { intervalSeconds: 60, decide: () => WORKERS },
    );
    expect([lost, redone]).toEqual([0, 0]);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const p95 = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(0.95 * JOBS)]!;
    const realWaits = real.map(({ sentAt, takenAt }) => seconds(takenAt - sentAt));
    expect(mean(realWaits)).toBeGreaterThan(0.05);
    for (const figure of [mean, p95]) {
      const [predicted, measured] = [figure([...waits]), figure(realWaits)];
      expect(Math.abs(predicted - measured)).toBeLessThan(Math.max(ERROR.share * measured, ERROR.seconds));
    }
  });
});
