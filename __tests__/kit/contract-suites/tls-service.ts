import type { Cloud } from '../../../modules/props/cloud';
import { binary } from '../../../modules/machine/artifact';
import { existingCertificates } from '../../../modules/tls-service/certificate-source';
import type { TlsServiceProps } from '../../../modules/tls-service/tls-service';
import { certificateOf, makePlayground } from '../synthesize/playground';
import { PROGRAM } from '../synthesize/service';
import { newScope } from './scope';
import { refusedProp } from './refused-prop';

const WRONG: readonly [string, Partial<TlsServiceProps>][] = [
  ['port', { port: 80 }],
  ['publicPaths', { publicPaths: [] }],
  ['publicPaths[0]', { publicPaths: ['/healthz'] }],
  ['hostNames[0]', { hostNames: ['Api.example.com'] }],
  ['healthCheck.path', { healthCheck: { path: 'healthz' } }],
  ['capacity.maxInstances', { capacity: { minInstances: 3, maxInstances: 2 } }],
  ['drainSeconds', { drainSeconds: -1 }],
  ['idleTimeoutSeconds', { idleTimeoutSeconds: 0 }],
];

/** What a TLS service does, wherever it is; e2e/contract tries many more values. */
export function tlsServiceContract(cloud: Cloud): void {
  describe(`the contract of a TLS service on ${cloud}`, () => {
    const { platform, playground } = makePlayground(newScope(cloud), cloud);
    const certificate = certificateOf(cloud);
    const props: TlsServiceProps = {
      artifact: binary(PROGRAM),
      publicPaths: ['/v1/user'],
      hostNames: ['api.example.com', 'www.example.com'],
      ...(certificate === undefined ? {} : { certificate: existingCertificates(certificate) }),
    };
    let count = 0;
    const make = (change: Partial<TlsServiceProps> = {}) =>
      platform.tlsService(`service-${++count}`, { ...props, ...change });

    it('is found at its first host name', () => {
      expect(make()).toMatchObject({ url: 'https://api.example.com', hostName: 'api.example.com' });
      expect(make().loadBalancerAddress).not.toBe('');
      expect(make().instanceIdentity).not.toBe('');
    });

    it.each(['Service', 'a-name-that-is-too-long', 'playground'])(
      'refuses the id %s, for its form or as taken',
      (id) => {
        expect(refusedProp(() => platform.tlsService(id, props))).toBe('id');
        expect(playground.gateway.url).toMatch(/^https:/);
      },
    );

    it.each(WRONG)('refuses a wrong %s by its name', (prop, change) => {
      expect(refusedProp(() => make(change))).toBe(prop);
    });
  });
}
