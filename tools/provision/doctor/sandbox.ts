import { GUARANTEES } from '../../../contracts/names';
import { missingDebianPackages, isDebian } from '../debian';
import { findExecutable } from '../executable';
import { runscDate, runscProgram } from '../runsc';
import type { Check, Finding } from './check';

/** gVisor older than this is a hole: half a year. */
const OLD_MS = 183 * 24 * 3600 * 1000;

const HOW_TO_HAVE_ALL = 'run as root on Linux 5.12 or newer with cgroups for memory, pids and cpu';

/** Starts one sandbox with each runtime and says which guarantees it gives. */
export const sandbox: Check = {
  name: 'sandbox',
  neededBy: 'run, up, test',
  look: async () => {
    // Loaded here: the other checks need none of it.
    const { openSandboxHost } =
      require('../../../services/sandbox/host') as typeof import('../../../services/sandbox/host');
    const { acceptedMissing, probeHost, refusals } =
      require('../../../services/sandbox/probe') as typeof import('../../../services/sandbox/probe');
    const { localSandboxPrograms } = require('../sandbox-programs') as typeof import('../sandbox-programs');
    const { crun, nativeRuntime, runsc, spawner } =
      require('../../../services/sandbox/runtime') as typeof import('../../../services/sandbox/runtime');
    const crunFile = findExecutable('crun');
    const runscFile = runscProgram();
    const runtimes = [
      nativeRuntime() === 'spawner' && spawner(),
      crunFile && crun(crunFile),
      runscFile && runsc(runscFile),
    ].filter((runtime) => !!runtime);
    const good: string[] = [];
    const bad: string[] = [];
    let accepts = false;
    for (const runtime of runtimes) {
      try {
        const accepted = acceptedMissing();
        const host = await openSandboxHost({ runtime, programs: localSandboxPrograms(), spareCells: 0 });
        try {
          const finding = await probeHost(host);
          const problems = refusals(finding, accepted);
          const given = GUARANTEES.filter((guarantee) => finding.missing[guarantee] === undefined);
          if (problems.length > 0) bad.push(`${runtime.name}: ${problems.join('; ')}`);
          else {
            const without = refusals(finding, []).map((problem) => `; accepted: ${problem}`);
            accepts ||= without.length > 0;
            good.push(`${runtime.name} (${given.join(', ')}; cgroup ${host.cgroups.layout}${without.join('')})`);
          }
        } finally {
          await host.close();
        }
      } catch (error) {
        bad.push(`${runtime.name}: ${(error as Error).message}`);
      }
    }
    return verdict(good, bad, accepts);
  },
};

function verdict(good: readonly string[], bad: readonly string[], accepts: boolean): Finding {
  const found = [...good, ...bad.map((problem) => `refused: ${problem}`)].join(', ');
  if (accepts) return { state: 'warning', found, fix: `${HOW_TO_HAVE_ALL}; you accepted less` };
  if (good.length > 0)
    return { state: bad.length > 0 ? 'warning' : 'ok', found, fix: bad.length > 0 ? 'see the reason' : undefined };
  const missing = isDebian() ? missingDebianPackages(['sandbox']) : [];
  const fix =
    missing.length > 0
      ? `sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`
      : `${HOW_TO_HAVE_ALL}, or see docs/sandbox.md`;
  return { state: 'missing', found: found || 'no sandbox runtime', fix };
}

/** Names the age of the pinned gVisor. */
export const gvisor: Check = {
  name: 'gVisor',
  neededBy: 'test, the clouds',
  look: () => {
    const made = runscDate();
    const age = Date.now() - made.getTime();
    const days = Math.floor(age / (24 * 3600 * 1000));
    const found = `${made.toISOString().slice(0, 10)}, ${days} days old`;
    if (runscProgram() === undefined)
      return { state: 'missing', found: `not built (${found})`, fix: './sandpiper test builds it' };
    if (age > OLD_MS) return { state: 'warning', found, fix: 'take a newer one in tools/provision/runsc.ts' };
    return { state: 'ok', found };
  },
};
