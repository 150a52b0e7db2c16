/** The line of arguments cannot be split. */
export class ArgumentsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ArgumentsError';
  }
}

/**
 * Splits a line into arguments as a shell does: at white space, but not in '…' and "…"; a backslash takes the next character
 * as it is (in '…' it is a character like any other). Nothing is expanded.
 *
 * @throws ArgumentsError when a quote is not closed, or the line ends with a backslash
 */
export function splitArguments(line: string): string[] {
  const args: string[] = [];
  let current: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at]!;
    if (character === '\\' && quote !== "'") {
      at += 1;
      if (at === line.length) throw new ArgumentsError('the line ends with a backslash; write \\\\ for one');
      current = (current ?? '') + line[at]!;
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else current = (current ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      current ??= '';
    } else if (/\s/.test(character)) {
      if (current !== undefined) args.push(current);
      current = undefined;
    } else {
      current = (current ?? '') + character;
    }
  }
  if (quote !== undefined) throw new ArgumentsError(`a quote (${quote}) is not closed`);
  if (current !== undefined) args.push(current);
  return args;
}
