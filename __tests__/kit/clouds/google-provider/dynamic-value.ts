import { ExtensionCodec, decode, encode } from '@msgpack/msgpack';

/** A value that Terraform will know after apply. */
export class Unknown {
  readonly kind = 'unknown';
}

export const UNKNOWN = new Unknown();

/** A Terraform value: objects and maps are records; lists, sets and tuples arrays. */
export type Value = null | string | number | bigint | boolean | Unknown | readonly Value[] | ValueObject;
export interface ValueObject {
  readonly [name: string]: Value;
}

/** Terraform writes an unknown value as extension 0, and as 12 one of which it knows a part (that it is not null, a prefix). */
const UNKNOWN_EXTENSION = 0;
const REFINED_UNKNOWN_EXTENSION = 12;

const extensionCodec = new ExtensionCodec();
extensionCodec.register({
  type: UNKNOWN_EXTENSION,
  encode: (value) => (value instanceof Unknown ? new Uint8Array([0]) : null),
  decode: () => UNKNOWN,
});
extensionCodec.register({ type: REFINED_UNKNOWN_EXTENSION, encode: () => null, decode: () => UNKNOWN });

/** `DynamicValue` of the protocol. */
export interface DynamicValue {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

export function decodeValue(dynamic: DynamicValue | null | undefined): Value {
  if (dynamic?.msgpack?.length) return decode(dynamic.msgpack, { extensionCodec }) as Value;
  if (dynamic?.json?.length) return JSON.parse(Buffer.from(dynamic.json).toString('utf8')) as Value;
  return null;
}

export function encodeValue(value: Value): DynamicValue {
  return { msgpack: Buffer.from(encode(value, { extensionCodec, useBigInt64: false })) };
}

export function isObject(value: Value | undefined): value is ValueObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Whether two values are the same, members in any order. Two unknowns are not. */
export function sameValue(one: Value | undefined, other: Value | undefined): boolean {
  if (one instanceof Unknown || other instanceof Unknown) return false;
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((element, index) => sameValue(element, other[index]));
  }
  if (isObject(one) && isObject(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].every((name) => sameValue(one[name] ?? null, other[name] ?? null));
  }
  return (one ?? null) === (other ?? null);
}

/** Whether a value is unknown, or holds one that is. */
export function holdsUnknown(value: Value | undefined): boolean {
  if (value instanceof Unknown) return true;
  if (isList(value)) return value.some(holdsUnknown);
  return isObject(value) && Object.values(value).some(holdsUnknown);
}
