import fc from 'fast-check';
import { guardedPatterns, pathRules } from '../../../../modules/aws/tls-service/path-rules';

const paths = fc.uniqueArray(fc.stringMatching(/^\/[a-z]{1,9}$/), { minLength: 1, maxLength: 40 });
const hosts = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,9}\.com$/), { maxLength: 9 });

describe('listener rules of public paths', () => {
  it('stay within the limits of a condition and of a rule', () => {
    fc.assert(
      fc.property(paths, hosts, (publicPaths, hostNames) => {
        for (const rule of pathRules(publicPaths, hostNames)) {
          expect(rule.paths.length).toBeLessThanOrEqual(3);
          expect(rule.hostNames.length).toBeLessThanOrEqual(3);
          expect(rule.paths.length + rule.hostNames.length).toBeLessThanOrEqual(5);
        }
      }),
    );
  });

  it('forward every path at every name, once', () => {
    fc.assert(
      fc.property(paths, hosts, (publicPaths, hostNames) => {
        const pairs = pathRules(publicPaths, hostNames).flatMap((rule) =>
          (rule.hostNames.length === 0 ? [''] : rule.hostNames).flatMap((host) =>
            rule.paths.map((path) => host + path),
          ),
        );
        const wanted = (hostNames.length === 0 ? [''] : hostNames).flatMap((host) =>
          publicPaths.map((path) => host + path),
        );
        expect(pairs.sort()).toEqual(wanted.sort());
      }),
    );
  });

  it('have a priority of their own that another path or name does not change', () => {
    fc.assert(
      fc.property(paths, hosts, (publicPaths, hostNames) => {
        const rules = pathRules(publicPaths, hostNames);
        expect(new Set(rules.map(({ priority }) => priority)).size).toBe(rules.length);
        const grown = new Map(
          pathRules([...publicPaths, '/new'], hostNames.length === 0 ? [] : [...hostNames, 'new.com']).map((rule) => [
            rule.id,
            rule.priority,
          ]),
        );
        for (const { id, priority } of rules) expect(grown.get(id)).toBe(priority);
      }),
    );
  });

  it('guard prefixes only, within the six wildcards of a rule', () => {
    expect(guardedPatterns(['/a', '/b'])).toEqual([]);
    expect(guardedPatterns(['/a', '/b/*']).join('').match(/\*/g)!.length).toBeLessThanOrEqual(6);
  });
});
