import type { RuntimeName } from '../../../services/sandbox/runtime';
import { openTestBench, runTestJob } from './sandbox-host';

/** A runner whose job does not end: the test ends this process in the middle of it. */
async function main(): Promise<void> {
  const bench = await openTestBench(process.argv[2] as RuntimeName, { size: 0 });
  await runTestJob(bench, bench.languages.bash, {
    code: 'setsid sleep 86398 & echo ready; sleep 86398',
    limits: { run: { wallMs: 60_000 } },
    meanwhile: (_, events) => {
      const timer = setInterval(() => {
        if (!events.some(({ type }) => type === 'stdout')) return;
        clearInterval(timer);
        process.stdout.write(`${bench.host.stateDirectory}\n`);
      }, 10);
    },
  });
}

void main();
