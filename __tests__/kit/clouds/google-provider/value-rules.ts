import { INLINE_RULES, NAMED_RULES } from './named-rules';
import type { ValueRule } from './provider-data';

/** Says what is wrong with one known value of an argument; undefined when the rule allows it. */
export function brokenRule(rule: ValueRule, value: unknown, argument: string): string | undefined {
  if (rule.enum) return brokenEnum(rule.enum, value, rule.ignore_case === true);
  if (rule.regex !== undefined) {
    return javascriptRegex(rule.regex).test(String(value))
      ? undefined
      : `${JSON.stringify(value)} does not match ${rule.regex}`;
  }
  if (rule.rfc1035) return brokenName(rule.rfc1035, String(value));
  if (rule.min_len !== undefined || rule.max_len !== undefined) {
    return brokenRange(Buffer.byteLength(String(value)), rule.min_len, rule.max_len, 'its length');
  }
  if (rule.fn !== undefined) return (rule.fn === 'inline' ? INLINE_RULES[argument] : NAMED_RULES[rule.fn])?.(value);
  return brokenRange(Number(value), rule.min ?? undefined, rule.max ?? undefined, 'it');
}

function brokenEnum(allowed: readonly (string | number)[], value: unknown, ignoreCase: boolean): string | undefined {
  const same = (one: string) =>
    ignoreCase ? one.toLowerCase() === String(value).toLowerCase() : one === String(value);
  return allowed.some((one) => same(String(one)))
    ? undefined
    : `expected one of ${JSON.stringify(allowed)}, got ${JSON.stringify(value)}`;
}

function brokenName([shortest, longest]: readonly [number, number], value: string): string | undefined {
  const valid = value.length >= shortest && value.length <= longest && /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/.test(value);
  return valid
    ? undefined
    : `${JSON.stringify(value)} is not a name of ${shortest} to ${longest} lower-case letters, digits and hyphens (RFC 1035)`;
}

function brokenRange(size: number, min: number | undefined, max: number | undefined, what: string): string | undefined {
  if (min !== undefined && size < min) return `${what} must be at least ${min}, got ${size}`;
  if (max !== undefined && size > max) return `${what} must be at most ${max}, got ${size}`;
  return undefined;
}

const compiled = new Map<string, RegExp>();

/** A Go (RE2) pattern for JavaScript. @throws SyntaxError for what JavaScript does not know */
export function javascriptRegex(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const [, flags = '', rest = ''] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(pattern) ?? [];
  const regex = new RegExp(rest.replaceAll('\\A', '^').replaceAll('\\z', '$'), flags);
  compiled.set(pattern, regex);
  return regex;
}
