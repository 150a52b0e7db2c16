import { ArgumentsError, splitArguments } from '../../web/src/args';

describe('the line of arguments', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['one two', ['one', 'two']],
    [' one\t two ', ['one', 'two']],
    [`'a b' "c d"`, ['a b', 'c d']],
    [`a'b'"c"`, ['abc']],
    [`'' ""`, ['', '']],
    ['a\\ b', ['a b']],
    [`"a\\"b"`, ['a"b']],
    [`'a\\b'`, ['a\\b']],
    ['$HOME *', ['$HOME', '*']],
    ['🐎 ö', ['🐎', 'ö']],
  ])('%j is %j', (line, args) => {
    expect(splitArguments(line)).toEqual(args);
  });

  it.each([
    ["'a", "a quote (') is not closed"],
    ['a "b', 'a quote (") is not closed'],
    ['a\\', 'the line ends with a backslash; write \\\\ for one'],
  ])('%j is refused: %s', (line, message) => {
    expect(() => splitArguments(line)).toThrow(new ArgumentsError(message));
  });
});
