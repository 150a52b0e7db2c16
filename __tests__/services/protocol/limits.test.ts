import { defaultLimits, limitTime } from '../../../services/protocol/limits';

describe('the longest time of a job', () => {
  it('changes nothing where the stages together stay below it', () => {
    expect(limitTime(defaultLimits, 40_000, true)).toBe(defaultLimits);
    expect(limitTime(defaultLimits, 10_000, false)).toBe(defaultLimits);
  });

  it('is shared by the stages as they share the time that the language allows', () => {
    const { compile, run } = limitTime(defaultLimits, 20_000, true);
    expect([compile.wallMs, run.wallMs]).toEqual([15_000, 5_000]);
    expect({ ...run, wallMs: 0 }).toEqual({ ...defaultLimits.run, wallMs: 0 });
  });

  it('is the run stage’s alone where nothing is compiled', () => {
    const { compile, run } = limitTime(defaultLimits, 4_000, false);
    expect(run.wallMs).toBe(4_000);
    expect(compile).toBe(defaultLimits.compile);
  });
});
