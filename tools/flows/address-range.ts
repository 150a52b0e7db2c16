import { BlockList, isIP } from 'node:net';

/** Addresses in CIDR notation. */
interface Range {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  readonly bits: number;
}

/** Whether all of `inner` lies in `outer`. False where either is no range: what is not understood is in nothing. */
export function isWithin(inner: string, outer: string): boolean {
  const [a, b] = [parse(inner), parse(outer)];
  return a !== undefined && b !== undefined && a.family === b.family && a.bits >= b.bits && holds(b, a);
}

/** Whether the two share an address. True where either is no range: what is not understood may be anything. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  if (a === undefined || b === undefined) return true;
  return a.family === b.family && (a.bits >= b.bits ? holds(b, a) : holds(a, b));
}

function holds(outer: Range, inner: Range): boolean {
  const block = new BlockList();
  block.addSubnet(outer.address, outer.bits, outer.family);
  return block.check(inner.address, inner.family);
}

function parse(text: string): Range | undefined {
  const [address = '', length] = text.split('/');
  const version = isIP(address);
  if (version === 0) return undefined;
  const longest = version === 4 ? 32 : 128;
  const bits = length === undefined ? longest : Number(length);
  if (!Number.isInteger(bits) || bits < 0 || bits > longest) return undefined;
  return { family: version === 4 ? 'ipv4' : 'ipv6', address, bits };
}
