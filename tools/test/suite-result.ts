/** What one suite (a jest file, or a Go package) counted. */
export interface SuiteResult {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

/** The counts of all suites. */
export function sum(results: readonly SuiteResult[]): Pick<SuiteResult, 'passed' | 'failed' | 'skipped'> {
  const total = (key: 'passed' | 'failed' | 'skipped'): number => results.reduce((all, result) => all + result[key], 0);
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
}

/** The closing line of a test run. */
export function closingLine(results: readonly SuiteResult[]): string {
  const { passed, failed, skipped } = sum(results);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
