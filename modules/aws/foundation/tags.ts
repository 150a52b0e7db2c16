import { InvalidPropError } from '../../props/invalid-prop';
import { isKnown } from '../../props/known';

/** User tags that one resource may have, less `application`, `environment`, `service`, `Name` (Tag naming limits, 50). */
const MAXIMUM_TAGS = 40;

/** Checks tags against AWS's limits (Tagging AWS resources: 128 and 256 characters, no `aws:` prefix). */
export function checkTags(prop: string, tags: Readonly<Record<string, string>>): void {
  const names = Object.keys(tags);
  if (names.length > MAXIMUM_TAGS) throw new InvalidPropError(prop, names, `holds more than ${MAXIMUM_TAGS} tags`);
  for (const name of names) {
    const value = tags[name];
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(name) || /^aws:/i.test(name)) {
      throw new InvalidPropError(
        prop,
        name,
        'is no name of an AWS tag: at most 128 characters, not beginning with "aws:"',
      );
    }
    if (isKnown(value) && !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)) {
      throw new InvalidPropError(
        `${prop}.${name}`,
        value,
        'is no value of an AWS tag: letters, digits, spaces and _.:/=+-@, at most 256',
      );
    }
  }
}
