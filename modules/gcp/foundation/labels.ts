import { InvalidPropError } from '../../props/invalid-prop';
import { isKnown } from '../../props/known';

/** Labels that one resource may have, less those of the platform and the service (Google Cloud, "Requirements for labels": 64). */
const MAXIMUM_LABELS = 56;
/** Google also takes letters of other alphabets; these are what every Google service accepts. */
const KEY = /^[a-z][a-z0-9_-]{0,62}$/;
const VALUE = /^[a-z0-9_-]{0,63}$/;
const OWN = ['application', 'environment', 'service'];

/**
 * Checks the prop `tags` against Google's rules for labels, which are narrower than those for AWS tags.
 *
 * @throws InvalidPropError naming the label and what it may hold
 */
export function checkLabels(prop: string, labels: Readonly<Record<string, string>>): void {
  const keys = Object.keys(labels);
  if (keys.length > MAXIMUM_LABELS) {
    throw new InvalidPropError(prop, keys, `holds ${keys.length} labels; at most ${MAXIMUM_LABELS} are allowed on GCP`);
  }
  for (const key of keys) {
    if (!KEY.test(key)) {
      throw new InvalidPropError(
        prop,
        key,
        'is no label key on GCP: a lower-case letter, then lower-case letters, digits, "_" and "-", at most 63 characters',
      );
    }
    if (key.startsWith('goog'))
      throw new InvalidPropError(prop, key, 'begins with "goog", which Google keeps for itself');
    if (OWN.includes(key)) throw new InvalidPropError(prop, key, 'is set by the platform; choose another name');
    const value = labels[key];
    if (isKnown(value) && !VALUE.test(value)) {
      throw new InvalidPropError(
        `${prop}.${key}`,
        value,
        'is no label value on GCP: lower-case letters, digits, "_" and "-", at most 63 characters',
      );
    }
  }
}
