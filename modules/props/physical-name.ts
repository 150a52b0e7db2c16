import { createHash } from 'node:crypto';
import { InvalidPropError } from './invalid-prop';

const NAME = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;

/** @throws InvalidPropError unless `value` is a lower-case name of letters, digits and inner hyphens that begins with a letter. */
export function checkName(prop: string, value: string, maximumCharacters: number): void {
  if (!NAME.test(value) || value.includes('--') || value.length > maximumCharacters) {
    throw new InvalidPropError(
      prop,
      value,
      `must begin with a letter and hold only lower-case letters, digits and single inner hyphens, at most ${maximumCharacters} characters`,
    );
  }
}

/**
 * A physical name of at most `maximumCharacters`: its parts joined by hyphens; where that is too long, cut and ended by a
 * hash of the whole, so that two long names stay two.
 */
export function physicalName(parts: readonly string[], maximumCharacters: number): string {
  const whole = parts.join('-');
  if (whole.length <= maximumCharacters) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 6);
  return `${whole.slice(0, maximumCharacters - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}
