import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Reporter, Test, TestResult } from '@jest/reporters';
import { projectDirectory } from '../provision/project';
import type { SuiteResult } from './suite-result';

/**
 * Notes each suite as soon as it has ended, one JSON line each, in the file that `$SANDPIPER_SUITE_RESULTS` names: what has
 * run is known even when jest is made to end.
 */
export default class SuiteReporter implements Pick<Reporter, 'onTestResult'> {
  onTestResult(test: Test, result: TestResult): void {
    const file = process.env.SANDPIPER_SUITE_RESULTS;
    if (file === undefined) return;
    const suite: SuiteResult = {
      suite: path.relative(projectDirectory, test.path),
      passed: result.numPassingTests,
      // A file that could not be loaded has no tests; it has failed all the same.
      failed: result.numFailingTests + (result.testExecError && result.numFailingTests === 0 ? 1 : 0),
      skipped: result.numPendingTests + result.numTodoTests,
      seconds: (result.perfStats.end - result.perfStats.start) / 1000,
    };
    fs.appendFileSync(file, `${JSON.stringify(suite)}\n`);
  }
}
