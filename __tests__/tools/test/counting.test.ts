import { countPackages } from '../../../tools/test/go';
import { closingLine } from '../../../tools/test/suite-result';
import { formatTable } from '../../../tools/table';

const event = (Action: string, Test?: string, Package = 'p') => ({ Action, Test, Package, Elapsed: 0.5 });

describe('counting tests', () => {
  it('counts a Go test with subtests by its subtests', () => {
    const events = [
      event('pass', 'TestOne'),
      event('pass', 'TestTable/a'),
      event('fail', 'TestTable/b/deep'),
      event('fail', 'TestTable/b'),
      event('fail', 'TestTable'),
      event('skip', 'TestRoot'),
      event('fail'),
      event('skip', undefined, 'without-tests'),
    ];
    expect(countPackages('services/x', events)).toEqual([
      { suite: 'services/x p', passed: 2, failed: 1, skipped: 1, seconds: 0.5 },
    ]);
  });

  it('counts a package that does not compile as one failure', () => {
    expect(countPackages('services/x', [event('fail')])).toMatchObject([{ passed: 0, failed: 1 }]);
  });

  it('sums every suite in the closing line', () => {
    const suite = (passed: number, failed: number, skipped: number) => ({
      suite: '',
      passed,
      failed,
      skipped,
      seconds: 1,
    });
    expect(closingLine([suite(2, 0, 1), suite(40, 1, 0)])).toBe('42 passed, 1 failed, 1 skipped');
    expect(closingLine([])).toBe('0 passed, 0 failed, 0 skipped');
  });

  it('aligns a table', () => {
    expect(
      formatTable(
        ['a', 'b'],
        [
          ['long', 'x'],
          ['', 'yy'],
        ],
      ),
    ).toBe('a     b\nlong  x\n      yy');
  });
});
