import * as fs from 'node:fs';
import * as path from 'node:path';
import { projectDirectory } from '../provision/project';
import type { Deadline } from './deadline';
import { runGroup } from './process-group';
import type { SuiteResult } from './suite-result';

/** A line of `go test -json` (`go doc test2json`). */
interface TestEvent {
  readonly Action: string;
  readonly Package?: string;
  readonly ImportPath?: string;
  readonly Test?: string;
  readonly Elapsed?: number;
  readonly Output?: string;
}

/** Directories below services/ that are Go modules. */
export function goModules(): string[] {
  const services = path.join(projectDirectory, 'services');
  return fs
    .readdirSync(services)
    .filter((name) => fs.existsSync(path.join(services, name, 'go.mod')))
    .map((name) => `services/${name}`);
}

/** Runs the tests of one Go module, prints what failed, and resolves with what each package counted. */
export async function runGoTest(directory: string, deadline: Deadline): Promise<SuiteResult[]> {
  const { exitCode, stdout } = await runGroup(['go', 'test', '-json', '-count=1', './...'], {
    cwd: path.join(projectDirectory, directory),
    deadline,
    capture: true,
  });
  const events = parse(stdout);
  const results = countPackages(directory, events);
  if (exitCode !== 0) process.stdout.write(events.map(({ Output = '' }) => Output).join(''));
  if (exitCode === 0 || results.some(({ failed }) => failed > 0)) return results;
  return [...results, { suite: `${directory} (exit code ${exitCode})`, passed: 0, failed: 1, skipped: 0, seconds: 0 }];
}

/** Lines that are no JSON come from the toolchain itself. */
function parse(output: string): TestEvent[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      line.startsWith('{') ? (JSON.parse(line) as TestEvent) : { Action: 'output', Output: `${line}\n` },
    );
}

/** Counts a test that has subtests by its subtests only, as jest counts no `describe`. */
export function countPackages(directory: string, events: readonly TestEvent[]): SuiteResult[] {
  const key = (event: TestEvent): string => `${event.Package} ${event.Test}`;
  const parents = new Set(
    events.flatMap((event) =>
      event.Test?.includes('/') ? [key({ ...event, Test: event.Test.replace(/\/[^/]*$/, '') })] : [],
    ),
  );
  const tests = events.filter((event) => event.Test !== undefined && !parents.has(key(event)));
  return events
    .filter(({ Action, Test }) => Test === undefined && (Action === 'pass' || Action === 'fail'))
    .map((event) => {
      const count = (action: string): number =>
        tests.filter(({ Action, Package }) => Action === action && Package === event.Package).length;
      const failed = count('fail');
      return {
        suite: `${directory} ${event.Package ?? ''}`.trim(),
        passed: count('pass'),
        failed: event.Action === 'fail' && failed === 0 ? 1 : failed,
        skipped: count('skip'),
        seconds: event.Elapsed ?? 0,
      };
    })
    .filter(({ passed, failed, skipped }) => passed + failed + skipped > 0);
}
