import * as fc from 'fast-check';
import { isWithin, overlap } from '../../../tools/flows/address-range';

const range = fc
  .tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }))
  .map(([address, bits]) => ({ address, bits, text: `${address}/${bits}` }));

describe('ranges of addresses', () => {
  it('hold what is narrower', () => {
    expect(isWithin('199.36.153.4/32', '199.36.153.4/30')).toBe(true);
    expect(isWithin('199.36.153.8/30', '199.36.153.4/30')).toBe(false);
    expect(isWithin('199.36.153.0/24', '199.36.153.4/30')).toBe(false);
    expect(isWithin('10.0.0.7', '10.0.0.0/8')).toBe(true);
    expect(isWithin('fd00::1/128', 'fd00::/8')).toBe(true);
    expect(isWithin('10.0.0.0/8', '::/0')).toBe(false);
  });

  it('lie within what they lie in when it grows, and overlap it', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 0, max: 32 }), ({ address, bits, text }, wider) => {
        const outer = `${address}/${Math.min(bits, wider)}`;
        expect(isWithin(text, outer)).toBe(true);
        expect(overlap(text, outer) && overlap(outer, text)).toBe(true);
      }),
    );
  });

  it('overlap if and only if one lies in the other', () => {
    fc.assert(
      fc.property(range, range, ({ text: one }, { text: other }) => {
        expect(overlap(one, other)).toBe(isWithin(one, other) || isWithin(other, one));
      }),
    );
  });

  it.each(['${local.address}/32', 'known after apply', '', '1.2.3.4/33', '1.2.3/8', '1.2.3.4/x'])(
    'are in nothing and may be anywhere where they are none: %s',
    (text) => {
      expect(isWithin(text, '0.0.0.0/0')).toBe(false);
      expect(isWithin('10.0.0.1/32', text)).toBe(false);
      expect(overlap(text, '10.0.0.0/8')).toBe(true);
    },
  );
});
