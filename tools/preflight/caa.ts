import { failed, ok, type Finding } from './check';

/** Values of a name's CAA records, such as `0 issue "amazon.com"`; undefined where it has none. */
export type CaaRecords = (name: string) => readonly string[] | undefined;

/**
 * Whether a zone's CAA records let an authority issue for the names: the closest records at or above a name count (RFC 8659, section 3). What
 * is above the zone is not looked at.
 *
 * @param issuers names of the authority, of which one must stand in a record
 */
export function caa(
  recordsOf: CaaRecords,
  names: readonly string[],
  zone: string,
  issuers: readonly [string, ...string[]],
): Finding {
  const check = 'CAA records';
  let isNamed = false;
  for (const name of names) {
    const found = upTo(name, zone).find((at) => recordsOf(at) !== undefined);
    const allowed = found === undefined ? [] : recordsOf(found)!.filter((value) => /^\d+ issue /i.test(value));
    if (allowed.length === 0) continue;
    isNamed = true;
    if (!allowed.some((value) => issuers.some((issuer) => value.toLowerCase().includes(issuer)))) {
      return failed(
        `${found!} lets others only issue: ${allowed.join(', ')}`,
        `add 0 issue "${issuers[0]}" to the CAA record of ${found!}`,
        check,
      );
    }
  }
  return ok(isNamed ? `${issuers[0]} may issue` : 'none in the zone: any authority may issue', check);
}

/** A name, and those above it down to the zone's. */
export function upTo(name: string, zone: string): string[] {
  const names = [];
  for (let at = name; at.length >= zone.length && at.includes('.'); at = at.slice(at.indexOf('.') + 1)) names.push(at);
  return names;
}
