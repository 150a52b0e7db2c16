import type { Finding } from './finding';

/** One line of docs/policy-exceptions.md: a rule that is not kept on purpose. */
export interface PolicyException {
  readonly check: string;
  /** Address of the resources; `*` stands for any characters. */
  readonly resource: string;
  readonly reason: string;
}

const LINE = /^\| `(?<check>[^`]+)` +\| `(?<resource>[^`]+)` +\| (?<reason>.+?) +\|$/;

/** Reads the lines of the tables whose first column is a rule's id. @throws Error naming a line of a table that is none */
export function readExceptions(markdown: string): PolicyException[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\| (?:Check|-)/.test(line))
    .map((line) => {
      const { check, resource, reason } = LINE.exec(line)?.groups ?? {};
      if (!check || !resource || !reason) throw new Error(`no exception: "${line}" (check, resource, reason)`);
      return { check, resource, reason };
    });
}

/** Compares what rules found with the exceptions: both lists are empty when each finding is documented and each line is needed. */
export function compareWithExceptions(findings: readonly Finding[], exceptions: readonly PolicyException[]) {
  const describes = (exception: PolicyException, finding: Finding) =>
    exception.check === finding.check && patternOf(exception.resource).test(finding.resource);
  return {
    undocumented: findings
      .filter((finding) => !exceptions.some((exception) => describes(exception, finding)))
      .map(({ check, resource, problem }) => `${check} ${resource}: ${problem}`),
    stale: exceptions
      .filter((exception) => !findings.some((finding) => describes(exception, finding)))
      .map(({ check, resource }) => `${check} ${resource}`),
  };
}

function patternOf(resource: string): RegExp {
  const literal = resource.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`);
}
