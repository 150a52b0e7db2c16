import { numberEvents, runnerEventSchema, type RunnerEvent } from '../../../services/protocol/events';
import { fileNameSchema, jobSchema } from '../../../services/protocol/job';
import { defaultLimits, narrowLimits } from '../../../services/protocol/limits';

describe('a file name', () => {
  it.each(['main.py', 'a/b', '..a', 'a..', '...', '-rf', 'a b', 'a\nb', '$(id)', 'ž', "'", '.hidden'])(
    'may be %j',
    (name) => {
      expect(fileNameSchema.parse(name)).toBe(name);
    },
  );
  it.each(['', '/etc/passwd', '../x', 'a/../b', 'a/..', './a', 'a//b', 'a/', '.', '..', 'a\0b', 'x'.repeat(241)])(
    'may not be %j',
    (name) => {
      expect(fileNameSchema.safeParse(name).success).toBe(false);
    },
  );
});

describe('a job', () => {
  const job = { files: [{ content: 'x' }], language: 'python' };
  it('needs little', () => expect(jobSchema.parse(job)).toEqual(job));
  it.each([
    [{ ...job, files: [] }, 'files'],
    [{ ...job, args: ['a\0b'] }, 'NUL'],
    [{ ...job, args: Array(257).fill('') }, 'args'],
    [{ ...job, files: [{ content: 'x' }, { content: 'y' }] }, 'no name'],
    [{ ...job, files: [{ content: 'x'.repeat(1024 * 1024 + 1) }] }, 'bytes together'],
    [{ ...job, limits: { run: { wallMs: 0 } } }, 'wallMs'],
    [{ ...job, surprise: true }, 'surprise'],
  ])('is refused with its reason (%#)', (bad, reason) => {
    expect(jobSchema.safeParse(bad).error?.message).toContain(reason);
  });
});

describe('limits', () => {
  it('can be lowered, not raised', () => {
    const narrowed = narrowLimits(defaultLimits, { run: { wallMs: 5, memoryBytes: 1e15 }, workBytes: 70_000 });
    expect(narrowed.run).toEqual({ ...defaultLimits.run, wallMs: 5 });
    expect(narrowed).toMatchObject({
      compile: defaultLimits.compile,
      workBytes: 70_000,
      workInodes: defaultLimits.workInodes,
    });
  });
});

describe('events', () => {
  it('are numbered without gaps, and fit their schema', () => {
    const events: RunnerEvent[] = [];
    const send = numberEvents((event) => events.push(event), 4);
    send({ type: 'stage', stage: 'run' });
    send({ type: 'stdout', data: 'x' });
    send({ type: 'exit', reason: 'ok', stage: 'run', exitCode: 0 });
    expect(events.map(({ seq }) => seq)).toEqual([4, 5, 6]);
    for (const event of events) expect(runnerEventSchema.parse(event)).toEqual(event);
  });
});
