import { InvalidPropError } from '../props/invalid-prop';

/** Longest DNS name in text form, and longest label (RFC 1035, section 2.3.4). */
const MAXIMUM_NAME_CHARACTERS = 253;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** @throws InvalidPropError unless `name` is a lower-case DNS host name of at least two labels. */
export function checkHostName(prop: string, name: string): void {
  const labels = name.split('.');
  if (name.length > MAXIMUM_NAME_CHARACTERS || labels.length < 2 || !labels.every((label) => LABEL.test(label))) {
    throw new InvalidPropError(
      prop,
      name,
      'must be a DNS host name in lower case, such as "api.example.com": labels of letters, digits and inner hyphens, at most 63 characters each, no trailing dot',
    );
  }
}
