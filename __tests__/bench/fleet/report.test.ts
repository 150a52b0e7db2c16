import * as fs from 'node:fs';
import * as path from 'node:path';
import { contenders } from '../../../bench/fleet/contenders';
import { outcomeOf } from '../../../bench/fleet/outcome';
import { plot } from '../../../bench/fleet/plot';
import { traceSection } from '../../../bench/fleet/report';
import { traces } from '../../../bench/fleet/traces';

const docs = path.resolve(__dirname, '../../../docs');

const burst = traces.burst!();
const outcomesOnBurst = contenders.map((contender) => outcomeOf(contender, burst));

describe('docs/scaling.md', () => {
  it.each(['burst', 'sparse'])('is what `node bench/run.js fleet` writes: %s', (name) => {
    const trace = traces[name]!();
    const outcomes = name === 'burst' ? outcomesOnBurst : contenders.map((contender) => outcomeOf(contender, trace));
    const { text, picture } = traceSection(trace, outcomes);
    expect(fs.readFileSync(path.join(docs, 'scaling.md'), 'utf8')).toContain(text);
    expect(fs.readFileSync(path.join(docs, 'scaling', picture), 'utf8')).toBe(plot(trace, outcomes));
  });

  it('claims of the law on AWS what its tables hold: at most twice the oracle’s wait, 1.2 times its cost', () => {
    const [oracle, aws, , ...others] = outcomesOnBurst;
    expect(aws!.p95).toBeLessThan(2 * oracle!.p95);
    expect(aws!.instanceHours).toBeLessThan(1.2 * oracle!.instanceHours);
    for (const { p95, instanceHours } of others) {
      expect(aws!.p95 * aws!.instanceHours).toBeLessThan(p95 * instanceHours);
    }
  });
});
