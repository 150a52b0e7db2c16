import * as fs from 'node:fs';
import * as path from 'node:path';
import { projectDirectory } from '../../cli/provision/project';
import { contenders } from './contenders';
import { outcomeOf } from './outcome';
import { plot } from './plot';
import { report, traceSection } from './report';
import { sweep } from './sweep';
import { traces } from './traces';

/**
 * node bench/run.js fleet: replays the arrival traces through fleets that are sized by different policies, and writes docs/scaling.md
 * and its pictures.
 */
const directory = path.join(projectDirectory, 'docs/scaling');
fs.mkdirSync(directory, { recursive: true });
const sections: string[] = [];
for (const make of Object.values(traces)) {
  const trace = make();
  const outcomes = contenders.map((contender) => outcomeOf(contender, trace));
  const { text, picture } = traceSection(trace, outcomes);
  fs.writeFileSync(path.join(directory, picture), plot(trace, outcomes));
  sections.push(text);
  console.log(text);
}
const swept = sweep();
console.log(swept);
fs.writeFileSync(path.join(projectDirectory, 'docs/scaling.md'), report(sections, swept));
