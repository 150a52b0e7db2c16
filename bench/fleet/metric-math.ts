/** The values of the metrics that an expression names by their ids. */
export type MetricValues = Readonly<Record<string, number>>;

/** An expression in CloudWatch's metric math, ready to be evaluated. */
export type MetricExpression = (values: MetricValues) => number;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z]\w*)|(<=|>=|==|!=|[-+*/(),<>]))/y;
const OPERATORS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  {
    '<': (a, b) => Number(a < b),
    '>': (a, b) => Number(a > b),
    '<=': (a, b) => Number(a <= b),
    '>=': (a, b) => Number(a >= b),
    '==': (a, b) => Number(a === b),
    '!=': (a, b) => Number(a !== b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
];

/** Functions that an expression may call besides, such as Terraform's `max`; all of their arguments are evaluated. */
export type MetricFunctions = Readonly<Record<string, (...inputs: number[]) => number>>;

/**
 * Reads the part of metric math that scaling policies use: numbers, ids, arithmetic, comparisons, `MAX(METRICS())`, `IF` and `FILL`
 * (whose metric never has gaps here).
 * Source: CloudWatch user guide, "Using math expressions with CloudWatch metrics".
 *
 * @throws Error that names what it does not know
 */
export function parseMetricMath(text: string, functions: MetricFunctions = {}): MetricExpression {
  const tokens = tokensOf(text);
  let place = 0;
  const expect = (token: string): void => {
    if (tokens[place++] !== token) throw new Error(`metric math ${JSON.stringify(text)}: ${token} expected`);
  };
  const binary = (level: number): MetricExpression => {
    const operators = OPERATORS[level];
    if (operators === undefined) return operand();
    let left = binary(level + 1);
    for (let apply = operators[tokens[place] ?? '']; apply; apply = operators[tokens[place] ?? '']) {
      place += 1;
      const [first, second, operate] = [left, binary(level + 1), apply];
      left = (values) => operate(first(values), second(values));
    }
    return left;
  };
  const operand = (): MetricExpression => {
    const token = tokens[place++] ?? '';
    if (token === '(') {
      const inner = binary(0);
      expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (tokens[place] === '(') return call(token);
    if (!/^[A-Za-z]/.test(token)) throw new Error(`metric math ${JSON.stringify(text)}: unexpected ${token || 'end'}`);
    return (values) => {
      const value = values[token];
      if (value === undefined) throw new Error(`metric math ${JSON.stringify(text)}: no metric has the id ${token}`);
      return value;
    };
  };
  const call = (name: string): MetricExpression => {
    if (name === 'MAX' && tokens.slice(place, place + 5).join('') === '(METRICS())') {
      place += 5;
      return (values) => Math.max(...Object.values(values));
    }
    const inputs: MetricExpression[] = [];
    do {
      place += 1;
      inputs.push(binary(0));
    } while (tokens[place] === ',');
    expect(')');
    const [first, second, third] = inputs;
    if (name === 'IF' && third) return (values) => (first!(values) !== 0 ? second!(values) : third(values));
    if (name === 'FILL' && first && second && !third) return first;
    const known = functions[name];
    if (known) return (values) => known(...inputs.map((input) => input(values)));
    throw new Error(`metric math ${JSON.stringify(text)}: ${name} of ${inputs.length} is not known here`);
  };
  const expression = binary(0);
  if (place < tokens.length) throw new Error(`metric math ${JSON.stringify(text)}: unexpected ${tokens[place]}`);
  return expression;
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`metric math ${JSON.stringify(text)}: cannot read from ${text.slice(at)}`);
    tokens.push(match[0].trim());
  }
  return tokens;
}
