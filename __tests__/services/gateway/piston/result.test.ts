import { pistonStages } from '../../../../services/gateway/piston/result';
import type { UnnumberedEvent } from '../../../../services/protocol/events';

const USAGE = { wallMs: 20, cpuMs: 10, peakMemoryBytes: 4096, stdoutBytes: 0, stderrBytes: 0 };

function stagesOf(...events: readonly unknown[]) {
  const follower = pistonStages();
  const ended = events.flatMap((event) => follower.take(event as UnnumberedEvent));
  return { ended, ...follower.stages };
}

describe('Piston’s stages', () => {
  it('are a compiler that succeeded and a program, with what each wrote and used', () => {
    const { ended, compile, run } = stagesOf(
      { type: 'reset', attempt: 1 },
      { type: 'stage', stage: 'compile' },
      { type: 'stderr', data: 'a warning' },
      { type: 'usage', stage: 'compile', ...USAGE },
      { type: 'stage', stage: 'run' },
      { type: 'stdout', data: 'one ' },
      { type: 'stderr', data: 'two ' },
      { type: 'stdout', data: 'three' },
      { type: 'usage', stage: 'run', ...USAGE },
      { type: 'exit', reason: 'ok', stage: 'run', exitCode: 0 },
    );
    expect(ended).toEqual(['compile', 'run']);
    expect(compile).toMatchObject({ stderr: 'a warning', output: 'a warning', code: 0, status: null });
    expect(run).toEqual({
      stdout: 'one three',
      stderr: 'two ',
      output: 'one two three',
      code: 0,
      signal: null,
      message: null,
      status: null,
      cpu_time: 10,
      wall_time: 20,
      memory: 4096,
    });
  });

  it('forget an attempt that was given up', () => {
    const { run } = stagesOf(
      { type: 'stage', stage: 'run' },
      { type: 'stdout', data: 'old' },
      { type: 'reset', attempt: 2 },
      { type: 'stage', stage: 'run' },
      { type: 'stdout', data: 'new' },
      { type: 'exit', reason: 'ok', stage: 'run', exitCode: 0 },
    );
    expect(run!.output).toBe('new');
  });

  it.each([
    [
      { reason: 'ok', exitCode: 3 },
      { code: 3, status: 'RE', message: 'Exited with error status 3' },
    ],
    [
      { reason: 'ok', signal: 'SIGSEGV' },
      { code: null, signal: 'SIGSEGV', status: 'SG', message: 'Caught fatal signal 11' },
    ],
    [
      { reason: 'timeout', limit: 'wall' },
      { signal: 'SIGKILL', status: 'TO', message: 'Time limit exceeded' },
    ],
    [{ reason: 'outOfMemory' }, { signal: 'SIGKILL', status: 'SG' }],
    [
      { reason: 'limitExceeded', limit: 'processes' },
      { signal: 'SIGKILL', status: 'SG' },
    ],
    [{ reason: 'cancelled' }, { signal: 'SIGKILL', status: 'SG' }],
    [
      { reason: 'sandboxError', message: 'no sandbox' },
      { status: 'XX', message: 'no sandbox' },
    ],
  ])('tell %j', (exit, expected) => {
    const { run } = stagesOf({ type: 'stage', stage: 'run' }, { type: 'exit', stage: 'run', ...exit });
    expect(run).toMatchObject(expected);
  });

  it('tell on which stream too much was written', () => {
    const flood = (stream: string) =>
      stagesOf(
        { type: 'stage', stage: 'run' },
        { type: stream, data: 'x'.repeat(1024) },
        { type: 'exit', stage: 'run', reason: 'outputLimit', limit: 'output' },
      ).run;
    expect(flood('stdout')).toMatchObject({ status: 'OL', message: 'stdout length exceeded' });
    expect(flood('stderr')).toMatchObject({ status: 'EL', message: 'stderr length exceeded' });
  });

  it('are the compiler alone when it refuses the program', () => {
    const { ended, compile, run } = stagesOf(
      { type: 'stage', stage: 'compile' },
      { type: 'exit', reason: 'compileError', stage: 'compile', exitCode: 1 },
    );
    expect(ended).toEqual(['compile']);
    expect(compile).toMatchObject({ code: 1, status: 'RE' });
    expect(run).toBeUndefined();
  });
});
