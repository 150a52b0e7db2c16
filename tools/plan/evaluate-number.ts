import { NotKnown } from './not-known';
import type { Stack } from './synthesized';

/** What a sum of the stack is made of: numbers, variables, `max`, `min`, and what holds them together. */
const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|var\.([a-z_][a-z0-9_]*)|(max|min)(?=\()|([-+*(),]))/y;

/**
 * The number that an attribute of the stack will have: a number, or an expression over variables such as
 * `${max(1, (var.runner_max_instances - var.runner_on_demand_instances))}`.
 *
 * @throws NotKnown where it has no value yet, or is more than that
 */
export function wholeNumber(
  attribute: unknown,
  { variables }: Stack,
  values: Readonly<Record<string, unknown>>,
): number {
  if (typeof attribute === 'number') return attribute;
  const text = String(attribute);
  const expression = /^\$\{(.*)\}$/s.exec(text)?.[1] ?? text;
  const tokens = tokensOf(expression);
  let position = 0;
  const next = (): string | undefined => tokens[position];
  const take = (expected: string): void => {
    if (tokens[position++] !== expected) throw notSo(text);
  };

  const sum = (): number => {
    let value = product();
    while (next() === '+' || next() === '-') value += tokens[position++] === '+' ? product() : -product();
    return value;
  };
  const product = (): number => {
    let value = operand();
    while (next() === '*') {
      take('*');
      value *= operand();
    }
    return value;
  };
  const operand = (): number => {
    const token = tokens[position++];
    if (token === undefined) throw notSo(text);
    if (token === '-') return -operand();
    if (token === '(') {
      const value = sum();
      take(')');
      return value;
    }
    if (token === 'max' || token === 'min') {
      take('(');
      const parts = [sum()];
      while (next() === ',') {
        take(',');
        parts.push(sum());
      }
      take(')');
      return Math[token](...parts);
    }
    if (token.startsWith('var.')) return valueOf(token.slice('var.'.length));
    const value = Number(token);
    if (Number.isNaN(value)) throw notSo(text);
    return value;
  };
  const valueOf = (name: string): number => {
    const given = values[name] ?? variables[name]?.default;
    const value = typeof given === 'number' ? given : Number(given ?? NaN);
    if (!Number.isFinite(value))
      throw new NotKnown(`${name} is no number: ${JSON.stringify(given)}`, `--var ${name}=...`);
    return value;
  };

  const result = sum();
  if (position < tokens.length) throw notSo(text);
  return result;
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const match = TOKEN.exec(expression);
    if (match === null) throw notSo(expression);
    const [, number, variable, name, sign] = match;
    tokens.push(number ?? (variable === undefined ? undefined : `var.${variable}`) ?? name ?? sign!);
  }
  return tokens;
}

const notSo = (text: string): NotKnown => new NotKnown(`not known before the plan: ${text}`);
