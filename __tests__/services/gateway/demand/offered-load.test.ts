import fc from 'fast-check';
import { OfferedLoad } from '../../../../services/gateway/demand/offered-load';

const MEAN_SECONDS = 3;

/** A fleet of so many slots that a queue stands before, looked at each ten seconds. */
function looksAt(slots: number, jobsPerSecond: number, { jobs = 0, seconds = 60 } = {}): number[] {
  const coming = new OfferedLoad();
  const found: number[] = [];
  for (let at = 0; at <= seconds; at += 10) {
    const running = Math.min(slots, jobs);
    found.push(coming.observe(at, { waiting: jobs - running, running }, MEAN_SECONDS));
    jobs = Math.max(0, jobs + 10 * (jobsPerSecond - running / MEAN_SECONDS));
  }
  return found;
}

describe('the offered load', () => {
  it('is what runs, at the first look', () => {
    expect(looksAt(40, 20, { jobs: 100 })[0]).toBe(40);
  });

  it('is jobs a second x seconds a job while the queue grows before a fleet that is too small', () => {
    expect(looksAt(4, 20, { jobs: 4 }).slice(2)).toEqual(Array(5).fill(expect.closeTo(60)));
  });

  it('is the same while a fleet that is too large works its queue off', () => {
    expect(looksAt(120, 20, { jobs: 4000 }).slice(2)).toEqual(Array(5).fill(expect.closeTo(60)));
  });

  it('is what runs where the number of jobs stands still', () => {
    expect(looksAt(60, 20, { jobs: 60 }).slice(1)).toEqual(Array(6).fill(expect.closeTo(60)));
  });

  it('takes no notice of a look that came right after another', () => {
    const coming = new OfferedLoad();
    coming.observe(0, { waiting: 0, running: 10 }, MEAN_SECONDS);
    expect(coming.observe(0, { waiting: 0, running: 11 }, MEAN_SECONDS)).toBe(11);
    expect(coming.observe(20, { waiting: 0, running: 10 }, MEAN_SECONDS)).toBeCloseTo(10.3, 0);
  });

  it('is never less than nothing, whatever becomes of the jobs', () => {
    const looks = fc.array(fc.record({ after: fc.nat(60), waiting: fc.nat(100_000), running: fc.nat(1_000) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(looks, (all) => {
        const coming = new OfferedLoad();
        let at = 0;
        for (const { after, ...load } of all) {
          const found = coming.observe((at += after), load, MEAN_SECONDS);
          expect(found).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(found)).toBe(true);
        }
      }),
    );
  });
});
