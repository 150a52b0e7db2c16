import fc from 'fast-check';
import { checkName, physicalName } from '../../../modules/props/physical-name';

describe('physicalName', () => {
  it('joins the parts where they fit', () => {
    expect(physicalName(['sandpiper', 'dev', 'user-api'], 32)).toBe('sandpiper-dev-user-api');
  });

  const part = fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/);

  it('is never longer than the limit, never ends in a hyphen, and stays a valid name', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), fc.integer({ min: 12, max: 63 }), (parts, limit) => {
        const name = physicalName(parts, limit);
        expect(name.length).toBeLessThanOrEqual(limit);
        expect(() => checkName('name', name, limit)).not.toThrow();
      }),
    );
  });

  it('keeps two long names that differ only at their end apart', () => {
    const long = 'a'.repeat(40);
    expect(physicalName([long, 'one'], 30)).not.toBe(physicalName([long, 'two'], 30));
  });
});

describe('checkName', () => {
  it.each(['', 'A', '1a', 'a-', '-a', 'a--b', 'a_b', 'a'.repeat(9)])('refuses %j', (name) => {
    expect(() => checkName('ENVIRONMENT', name, 8)).toThrow(/^ENVIRONMENT: /);
  });
});
