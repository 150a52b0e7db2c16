import { exitReasonSchema, limitSchema, type ExitEvent, type UsageEvent } from '../../services/protocol/events';
import { errorCodeSchema } from '../../services/protocol/messages';
import { noJob, reduce, type JobNews, type JobView } from '../../web/src/job-view';
import { duration, exitInWords, refusalInWords, usageInWords } from '../../web/src/words';

const after = (...news: JobNews[]): JobView => news.reduce(reduce, noJob);
const usage: UsageEvent = {
  ...{ type: 'usage', seq: 2, stage: 'run', wallMs: 1500, cpuMs: 20.4, stdoutBytes: 0, stderrBytes: 0 },
  peakMemoryBytes: 20 * 1024 * 1024,
};
const exit = (fields: Partial<ExitEvent>): ExitEvent => ({
  ...{ type: 'exit', seq: 3, reason: 'ok', stage: 'run' },
  ...fields,
});
const stage = (name: 'compile' | 'run'): JobNews => ({ kind: 'event', event: { type: 'stage', seq: 1, stage: name } });

describe('the view of a job', () => {
  it('follows it from the queue to its end', () => {
    const running = after({ kind: 'submitted' }, { kind: 'accepted' }, { kind: 'queued', waiting: 3 });
    expect(running).toMatchObject({ isRunning: true, canStop: true, status: 'Waiting: 3 programs are before yours…' });
    expect(reduce(running, stage('compile')).status).toBe('Compiling…');
    const end = [usage, exit({ exitCode: 0 })].reduce((view, event) => reduce(view, { kind: 'event', event }), running);
    expect(end).toEqual({ isRunning: false, canStop: false, status: 'Finished.', tone: 'good', usages: [usage] });
  });

  it('forgets what an attempt used that is void', () => {
    const view = after({ kind: 'submitted' }, { kind: 'event', event: usage }, { kind: 'reset' });
    expect(view).toMatchObject({ usages: [], isRunning: true });
  });

  it('can be stopped once, and says so until it is', () => {
    const view = after(
      { kind: 'submitted' },
      { kind: 'stopping' },
      { kind: 'accepted' },
      { kind: 'reset' },
      stage('run'),
    );
    expect(view).toMatchObject({ canStop: false, isRunning: true, status: 'Stopping…' });
    const cancelled = reduce(view, { kind: 'event', event: exit({ reason: 'cancelled' }) });
    expect(cancelled).toMatchObject({ isRunning: false, status: 'Stopped.', tone: 'plain' });
  });

  it('is bad after an exit code, a signal or a refusal', () => {
    for (const event of [exit({ exitCode: 1 }), exit({ signal: 'SIGSEGV' }), exit({ reason: 'timeout' })]) {
      expect(after({ kind: 'submitted' }, { kind: 'event', event }).tone).toBe('bad');
    }
    const refusal = { code: 'rateLimited', message: 'm', retryAfterMs: 1200 } as const;
    const view = after({ kind: 'submitted' }, { kind: 'refused', refusal });
    expect(view).toMatchObject({ isRunning: false, tone: 'bad' });
    expect(view.status).toBe('You run programs faster than is allowed. Try again in 2 s.');
  });
});

describe('the words', () => {
  it('exist for every reason with every limit, and every refusal', () => {
    for (const reason of exitReasonSchema.options) {
      for (const limit of [undefined, ...limitSchema.options]) {
        expect(exitInWords(exit({ reason, limit }))).toMatch(/^[A-Z].*\.$/);
        expect(exitInWords(exit({ reason, limit }))).not.toContain('undefined');
      }
    }
    for (const code of errorCodeSchema.options) {
      expect(refusalInWords({ code, message: 'why' })).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('name what was used as a reader likes it', () => {
    expect(usageInWords([{ ...usage, stage: 'compile' }, usage])).toBe(
      'Compiler 1.50 s, processor 20 ms, memory 20 MiB · Run 1.50 s, processor 20 ms, memory 20 MiB',
    );
    expect(duration(999.4)).toBe('999 ms');
  });
});
