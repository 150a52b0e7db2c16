import { MemoryEventStore } from '../../../services/engines/event-store/memory/memory-event-store';
import { MemoryJobQueue } from '../../../services/engines/job-queue/memory';
import type { LanguageRuntime } from '../../../services/sandbox/language-runtime';
import { defaultLimits } from '../../../services/protocol/limits';
import { startRunner, type OfferedRuntime, type Runner } from '../../../services/runner/runner';
import { scriptedPool, scriptRuntime } from '../../kit/runner/scripted-pool';

const script = {
  version: {
    language: { id: 'script', name: 'Script', aliases: [], isFirst: false, isHot: false },
    version: { version: '1' },
    exactVersion: '1.0.0',
  },
  prepare: async () => scriptRuntime,
} as unknown as OfferedRuntime;

describe('a runner', () => {
  const queue = new MemoryJobQueue();
  const store = new MemoryEventStore();
  const logged: [string, unknown][] = [];
  const warmed: LanguageRuntime[] = [];
  let runner: Runner;

  beforeAll(async () => {
    const pool = scriptedPool();
    runner = await startRunner({
      queue,
      store,
      sandboxPool: { ...pool, warm: async (runtimes) => void warmed.push(...runtimes) },
      offered: [script],
      slots: 1,
      runnerId: 'one',
      leaseSeconds: 10,
      maximumJobSeconds: 5,
      hotLanguages: ['scrpit', 'script'],
      log: (message, fields) => logged.push([message, fields]),
    });
    await new Promise((resolve) => setImmediate(resolve));
  });

  afterAll(async () => {
    await runner.drain(0);
    await queue.close();
    await store.close();
  });

  it('logs a hot language that it does not offer, and makes the others’ sandboxes wait', () => {
    expect(logged).toEqual([['a hot language is ignored: this runner does not offer it', { language: 'scrpit' }]]);
    expect(warmed.map(({ language }) => language)).toEqual(['script']);
  });

  it('lowers what a language allows to the longest time of a job', () => {
    expect(defaultLimits.run.wallMs).toBe(10_000);
    expect(warmed[0]!.limits.run.wallMs).toBe(5_000);
  });
});
