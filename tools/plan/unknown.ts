/** A value that is known only after apply, and what the configuration says of it. */
export class Unknown {
  constructor(
    /** As it is written, `${…}` included. Empty where a plan does not tell: it does of JSON, not of HCL. */
    readonly texts: readonly string[],
    /** What it is made of, as Terraform names it: `aws_vpc.main.id`, `local.address`, `var.region`. */
    readonly references: readonly string[],
  ) {}
}

/** What an attribute holds. */
export type Value = unknown;

/** An expression of a plan's `configuration`: of an attribute, or the blocks below it. */
export interface Expression {
  readonly constant_value?: unknown;
  readonly references?: readonly string[];
}

/**
 * Puts an {@link Unknown} wherever the plan knows no value but the configuration gives one. What the configuration leaves to the
 * provider (an id, a default) is undefined.
 */
export function joinUnknown(after: unknown, unknown: unknown, expression: unknown): Value {
  if (unknown === true) return isExpression(expression) ? unknownOf(expression) : undefined;
  if (Array.isArray(unknown) || Array.isArray(after)) {
    const values = Array.isArray(after) ? (after as unknown[]) : [];
    const marks = Array.isArray(unknown) ? (unknown as unknown[]) : [];
    return Array.from({ length: Math.max(values.length, marks.length) }, (_, index) =>
      joinUnknown(values[index], marks[index], elementOf(expression, index)),
    );
  }
  if (!isObject(after) && !isObject(unknown)) return after;
  const values = isObject(after) ? after : {};
  const marks = isObject(unknown) ? unknown : {};
  return Object.fromEntries(
    [...new Set([...Object.keys(values), ...Object.keys(marks)])].map((name) => [
      name,
      joinUnknown(values[name], marks[name], memberOf(expression, name)),
    ]),
  );
}

function unknownOf({ constant_value: written, references = [] }: Expression): Unknown {
  const texts = [written].flat().filter((text): text is string => typeof text === 'string');
  // Of a list, those parts that are made of something: which of them is this one a set does not tell.
  const made = texts.filter((text) => text.includes('${'));
  return new Unknown(made.length > 0 ? made : texts, references);
}

/** Blocks are listed in the configuration as in the plan; of an attribute every element is said by its one expression. */
function elementOf(expression: unknown, index: number): unknown {
  return Array.isArray(expression) ? (expression as unknown[])[index] : expression;
}

function memberOf(expression: unknown, name: string): unknown {
  if (isExpression(expression)) {
    const written = expression.constant_value;
    const member = isObject(written) ? written[name] : undefined;
    return { ...expression, constant_value: member };
  }
  return isObject(expression) ? expression[name] : undefined;
}

function isExpression(value: unknown): value is Expression {
  return isObject(value) && ('constant_value' in value || Array.isArray(value.references));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}
