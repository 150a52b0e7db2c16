import { compareWithExceptions, readExceptions } from './exceptions';

const TABLE = `
| Check       | Resource                  | Reason            |
| ----------- | ------------------------- | ----------------- |
| \`CKV_AWS_1\` | \`aws_s3_bucket.platform_*\` | Because of it.    |
| \`rule\`      | \`aws_lb.one["a.b"]\`        | Another.          |
`;
const first = { check: 'CKV_AWS_1', resource: 'aws_s3_bucket.platform_x_1', problem: 'is open' };
const second = { check: 'rule', resource: 'aws_lb.one["a.b"]', problem: 'is old' };

describe('policy exceptions', () => {
  const exceptions = readExceptions(TABLE);

  it('are the lines of a table', () => {
    expect(exceptions).toEqual([
      { check: 'CKV_AWS_1', resource: 'aws_s3_bucket.platform_*', reason: 'Because of it.' },
      { check: 'rule', resource: 'aws_lb.one["a.b"]', reason: 'Another.' },
    ]);
  });

  it('agree with the findings that they describe', () => {
    expect(compareWithExceptions([first, second], exceptions)).toEqual({ undocumented: [], stale: [] });
  });

  it.each([
    ['another rule', { ...first, check: 'CKV_AWS_2' }],
    ['another resource', { ...first, resource: 'aws_s3_bucket.other_x_1' }],
    ['a resource that only begins so', { ...second, resource: 'aws_lb.one["a.b"].more' }],
    ['a resource that a dot would match', { ...second, resource: 'aws_lb.one["a-b"]' }],
  ])('leave %s undocumented', (_, finding) => {
    const { undocumented } = compareWithExceptions([first, second, finding], exceptions);
    expect(undocumented).toEqual([`${finding.check} ${finding.resource}: ${finding.problem}`]);
  });

  it('are stale when nothing is found', () => {
    expect(compareWithExceptions([first], exceptions).stale).toEqual(['rule aws_lb.one["a.b"]']);
  });

  it.each(['| `CKV_AWS_1` | `aws_lb.x` | |', '| CKV_AWS_1 | `aws_lb.x` | reason |', '| `CKV_AWS_1` | reason |'])(
    'need a check, a resource and a reason: %s',
    (line) => expect(() => readExceptions(line)).toThrow(line),
  );
});
