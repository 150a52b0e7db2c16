import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { projectDirectory } from '../provision/project';
import type { Deadline } from './deadline';
import { runGroup } from './process-group';
import type { SuiteResult } from './suite-result';

/** What jest is asked to run. */
export interface JestRun {
  readonly project: 'unit' | 'e2e';
  /** Parts of file names. @default all of the project */
  readonly paths?: readonly string[];
  readonly deadline: Deadline;
}

/** Runs jest and resolves with what each suite counted. A run that ended early counts as one more failure. */
export async function runJest({ project, paths = [], deadline }: JestRun): Promise<SuiteResult[]> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-test-'));
  const file = path.join(directory, 'suites.jsonl');
  process.env.SANDPIPER_SUITE_RESULTS = file;
  try {
    const { exitCode } = await runGroup(
      [
        process.execPath,
        path.join(projectDirectory, 'node_modules/jest/bin/jest.js'),
        `--selectProjects=${project}`,
        '--maxWorkers=2',
        '--watchman=false',
        '--passWithNoTests',
        '--reporters=default',
        `--reporters=${path.join(projectDirectory, 'dist/tools/test/jest-reporter.js')}`,
        '--',
        ...paths,
      ],
      { deadline },
    );
    const results = read(file);
    const isExplained = exitCode === 0 || results.some(({ failed }) => failed > 0);
    return isExplained
      ? results
      : [
          ...results,
          { suite: `jest ${project} (exit code ${exitCode})`, passed: 0, failed: 1, skipped: 0, seconds: 0 },
        ];
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

function read(file: string): SuiteResult[] {
  if (!fs.existsSync(file)) return [];
  const lines = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as SuiteResult);
}
