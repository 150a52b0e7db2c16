import fc from 'fast-check';
import { publicSpelling } from '../../../modules/local/request-path';
import { RouteConflictError, Routes } from '../../../modules/local/routes';

const userApi = { name: 'user-api', hostNames: ['user-api.localhost'], publicPaths: ['/v1/user', '/files/*'] };
const playground = { name: 'playground', hostNames: ['playground.localhost'], publicPaths: ['/*'] };

describe('publicSpelling', () => {
  it.each([
    ['/v1/user', '/v1/user'],
    ['/v1/user?q=../healthz', '/v1/user'],
    ['/files/caf%C3%A9', '/files/caf%C3%A9'],
    ['/files/a%20b', '/files/a%20b'],
  ])('takes %s', (target, path) => {
    expect(publicSpelling(target)).toBe(path);
  });

  it.each([
    '/v1/../healthz',
    '/./healthz',
    '/files/..',
    '/%68ealthz',
    '/files/%2e%2e/healthz',
    '/files/%2E./healthz',
    '/files%2f..%2fhealthz',
    '/files/%5c..%5chealthz',
    '//healthz',
    '/files//healthz',
    '/healthz;x=1',
    '/files/\\..\\healthz',
    '/files/%00',
    '/files/%2568ealthz',
    '/files/%zz',
    '/files/a b',
    '/files/a#b',
    'healthz',
    '*',
    'http://localhost/v1/user',
    '',
  ])('refuses %j', (target) => {
    expect(publicSpelling(target)).toBeUndefined();
  });
});

describe('Routes', () => {
  const routes = new Routes([userApi, playground]);

  it('routes a host name of a service to that service, on its public paths only', () => {
    expect(routes.find('user-api.localhost:8443', '/v1/user')).toBe(userApi);
    expect(routes.find('User-API.localhost', '/v1/user')).toBe(userApi);
    expect(routes.find('user-api.localhost', '/')).toBeUndefined();
    expect(routes.find('playground.localhost', '/v1/user')).toBe(playground);
  });

  it('tells services apart by path on plain localhost; the exact path wins, then the longer prefix', () => {
    expect(routes.find('localhost:8443', '/v1/user')).toBe(userApi);
    expect(routes.find('127.0.0.1', '/files/a')).toBe(userApi);
    expect(routes.find('[::1]:8443', '/anything')).toBe(playground);
  });

  it('knows no other host', () => {
    expect(routes.find('example.com', '/v1/user')).toBeUndefined();
    expect(routes.find(undefined, '/v1/user')).toBeUndefined();
  });

  it('refuses two services that claim one path, or one host name, and names both', () => {
    expect(() => new Routes([userApi, { ...playground, publicPaths: ['/v1/user'] }])).toThrow(
      new RouteConflictError('publicPaths: /v1/user is claimed by user-api and by playground'),
    );
    expect(() => new Routes([userApi, { ...playground, hostNames: ['user-api.localhost'] }])).toThrow(
      /user-api\.localhost/,
    );
  });

  it('finds nothing for the health path, however a client spells it', () => {
    const alone = new Routes([userApi]);
    const disguises = [
      (text: string) => text,
      (text: string) => `/files/../${text}`,
      (text: string) => `/v1/user/../../${text}`,
      (text: string) => `/files/%2e%2e/${text}`,
      (text: string) => `/files/..%2f${text}`,
      (text: string) => `/files/.%2e%5c${text}`,
      (text: string) => `//${text}`,
      (text: string) => `/${text};a=b`,
    ];
    const encode = (text: string, mask: readonly boolean[]) =>
      [...text].map((c, index) => (mask[index] ? `%${c.charCodeAt(0).toString(16)}` : c)).join('');
    fc.assert(
      fc.property(
        fc.constantFrom(...disguises),
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        fc.constantFrom('', '/', '?x', '/.'),
        (disguise, mask, suffix) => {
          const target = disguise(encode('/healthz'.slice(1), mask)) + suffix;
          const spelled = target.startsWith('/') ? target : `/${target}`;
          const decoded = new URL(
            decodeFully(spelled)
              .replaceAll('\\', '/')
              .replaceAll(/\/{2,}/g, '/'),
            'http://h',
          ).pathname;
          fc.pre(/^\/healthz/.test(decoded));
          expect(alone.find('localhost', spelled)).toBeUndefined();
        },
      ),
    );
  });
});

/** What a program that decodes as long as there is something to decode would read. */
function decodeFully(text: string): string {
  let current = text;
  for (;;) {
    const next = current.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    if (next === current) return current;
    current = next;
  }
}
