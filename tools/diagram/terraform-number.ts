/**
 * The number that a Terraform value has with the defaults of the variables: a number, or an expression of variables,
 * `+`, `-`, `max`, `min` and parentheses. Undefined where it is anything else.
 */
export function numberOf(value: unknown, variables: Readonly<Record<string, unknown>>): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const [, expression] = /^\$\{(.*)\}$/s.exec(value) ?? [undefined, value];
  const tokens = expression.match(/var\.\w+|max|min|\d+(?:\.\d+)?|\S/g) ?? [];
  const at = { place: 0 };
  const result = sum(tokens, at, variables);
  return at.place === tokens.length && Number.isFinite(result) ? result : undefined;
}

/** NaN stands for what is no number. */
function sum(tokens: readonly string[], at: { place: number }, variables: Readonly<Record<string, unknown>>): number {
  let result = term(tokens, at, variables);
  while (tokens[at.place] === '+' || tokens[at.place] === '-') {
    const sign = tokens[at.place++] === '+' ? 1 : -1;
    result += sign * term(tokens, at, variables);
  }
  return result;
}

function term(tokens: readonly string[], at: { place: number }, variables: Readonly<Record<string, unknown>>): number {
  const token = tokens[at.place++] ?? '';
  if (/^\d/.test(token)) return Number(token);
  if (token.startsWith('var.')) return Number(variables[token.slice('var.'.length)]);
  if (token === '(') return closed(tokens, at, [sum(tokens, at, variables)])[0] ?? NaN;
  if ((token === 'max' || token === 'min') && tokens[at.place++] === '(') {
    const values = [sum(tokens, at, variables)];
    while (tokens[at.place] === ',') {
      at.place++;
      values.push(sum(tokens, at, variables));
    }
    return Math[token](...closed(tokens, at, values));
  }
  return NaN;
}

function closed(tokens: readonly string[], at: { place: number }, values: number[]): number[] {
  return tokens[at.place++] === ')' ? values : [NaN];
}
