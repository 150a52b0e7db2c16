import fc from 'fast-check';
import { App, TerraformStack, TerraformVariable } from 'cdktf';
import { InvalidPropError } from '../../../modules/props/invalid-prop';
import { archive, binary, pushedBinary } from '../../../modules/machine/artifact';
import { existingCertificates, managedCertificate } from '../../../modules/tls-service/certificate-source';
import { matchesPublicPath } from '../../../modules/tls-service/public-path';
import { resolveTlsServiceProps } from '../../../modules/tls-service/resolve';
import { existing, fromVariable } from '../../../modules/tls-service/secret-source';
import type { TlsServiceProps } from '../../../modules/tls-service/tls-service';

const valid: TlsServiceProps = {
  artifact: binary('user-api'),
  publicPaths: ['/v1/user'],
  hostNames: ['api.example.com'],
  zone: 'example.com',
};

describe('resolveTlsServiceProps', () => {
  it('gives a service that says nothing the defaults of a careful engineer', () => {
    expect(resolveTlsServiceProps(valid)).toMatchObject({
      port: 3000,
      healthCheck: { path: '/healthz', expectedStatus: 204, intervalSeconds: 10, timeoutSeconds: 5 },
      capacity: { minInstances: 2, maxInstances: 6, targetCpuPercent: 60, machineSize: 'small', diskGib: 10 },
      certificate: { kind: 'managed' },
      idleTimeoutSeconds: 60,
      drainSeconds: 30,
      accessLogs: { retentionDays: 90, sampleRate: 1 },
      firewall: false,
      deletionProtection: true,
      internetEgress: false,
      operatorAccess: 'none',
      architecture: 'x64',
      logRetentionDays: 90,
    });
  });

  it.each<[string, Partial<TlsServiceProps>]>([
    ['port', { port: 80 }],
    ['port', { port: 3001 }],
    ['artifact.path', { artifact: binary('') }],
    ['artifact.key', { artifact: pushedBinary({ key: 'user-api', sha256: 'a'.repeat(64) }) }],
    ['artifact.sha256', { artifact: pushedBinary({ key: 'user-api/x', sha256: 'x' }) }],
    ['artifact.command[0]', { artifact: archive('a.tar.gz', ['../bin/sh']) }],
    ['artifact.command[0]', { artifact: archive('a.tar.gz', ['/bin/sh']) }],
    ['publicPaths', { publicPaths: [] }],
    ['publicPaths', { publicPaths: ['/a', '/a'] }],
    ['publicPaths[0]', { publicPaths: ['v1'] }],
    ['publicPaths[0]', { publicPaths: ['/v1/*/user'] }],
    ['publicPaths[0]', { publicPaths: ['/v1/../healthz'] }],
    ['publicPaths[0]', { publicPaths: ['//healthz'] }],
    ['publicPaths[0]', { publicPaths: ['/%68ealthz'] }],
    ['publicPaths[0]', { publicPaths: ['/healthz'] }],
    ['publicPaths[1]', { publicPaths: ['/v1/user', '/*'] }],
    ['publicPaths[0]', { publicPaths: [`/${'a'.repeat(128)}`] }],
    ['healthCheck.path', { healthCheck: { path: '/health/*' } }],
    ['healthCheck.expectedStatus', { healthCheck: { expectedStatus: 500 } }],
    ['healthCheck.intervalSeconds', { healthCheck: { intervalSeconds: 4 } }],
    ['healthCheck.timeoutSeconds', { healthCheck: { intervalSeconds: 5, timeoutSeconds: 5 } }],
    ['hostNames[0]', { hostNames: ['Api.example.com'] }],
    ['hostNames[0]', { hostNames: ['localhost'] }],
    ['hostNames', { hostNames: ['a.example.com', 'a.example.com'] }],
    ['certificate', { zone: undefined }],
    ['certificate', { zone: undefined, certificate: managedCertificate() }],
    ['capacity.minInstances', { capacity: { minInstances: 0 } }],
    ['capacity.maxInstances', { capacity: { minInstances: 3, maxInstances: 2 } }],
    ['capacity.targetCpuPercent', { capacity: { targetCpuPercent: 5 } }],
    ['capacity.diskGib', { capacity: { diskGib: 1 } }],
    ['capacity.machineSize', { capacity: { machineSize: 'tiny' as 'small' } }],
    ['idleTimeoutSeconds', { idleTimeoutSeconds: 4001 }],
    ['drainSeconds', { drainSeconds: -1 }],
    ['logRetentionDays', { logRetentionDays: 2 }],
    ['environment', { environment: { 'A-B': '1' } }],
    ['environment', { environment: { PORT: '1' } }],
    ['environment.A', { environment: { A: 'two\nlines' } }],
    ['secrets', { environment: { A: '1' }, secrets: { A: existing('x') } }],
    ['accessLogs.sampleRate', { accessLogs: { sampleRate: 2 } }],
    ['firewall.requestsPer5Minutes', { firewall: { requestsPer5Minutes: 1 } }],
    ['alarms.emails[0]', { alarms: { emails: ['nobody'] } }],
    ['alarms.errorPercent', { alarms: { errorPercent: 0 } }],
  ])('names the prop %s and its value when it is wrong', (prop, change) => {
    let thrown: unknown;
    try {
      resolveTlsServiceProps({ ...valid, ...change });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InvalidPropError);
    expect((thrown as InvalidPropError).prop).toBe(prop);
    expect((thrown as InvalidPropError).message.startsWith(`${prop}: `)).toBe(true);
  });

  it('applies no rule to values that only Terraform knows', () => {
    const stack = new TerraformStack(new App({ outdir: '/nonexistent' }), 'stack');
    const text = new TerraformVariable(stack, 'text', { type: 'string' });
    const number = new TerraformVariable(stack, 'number', { type: 'number' });
    const instances = number.numberValue;
    const list = new TerraformVariable(stack, 'list', { type: 'list(string)' });
    const props = resolveTlsServiceProps({
      ...valid,
      hostNames: [`api.${text.stringValue}`],
      zone: text.stringValue,
      certificate: existingCertificates(text.stringValue),
      capacity: { minInstances: instances, maxInstances: instances },
      secrets: { SECRET: fromVariable(text, number.numberValue) },
      environment: { A: text.stringValue },
      alarms: { emails: list.listValue },
    });
    expect(props.capacity.minInstances).toBe(instances);
    expect(() => resolveTlsServiceProps({ ...valid, capacity: { minInstances: number.numberValue } })).toThrow(
      /capacity\.maxInstances/,
    );
  });

  it('never lets a public path cover the health path, whatever both are', () => {
    const segment = fc.stringMatching(/^[a-z0-9._-]{1,8}$/).filter((text) => text !== '.' && text !== '..');
    const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
    const pattern = fc.tuple(path, fc.boolean()).map(([text, wildcard]) => (wildcard ? `${text}/*` : text));
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { minLength: 1, maxLength: 12 }), path, (publicPaths, healthPath) => {
        const covered = publicPaths.some((candidate) => matchesPublicPath(candidate, healthPath));
        const resolve = () => resolveTlsServiceProps({ ...valid, publicPaths, healthCheck: { path: healthPath } });
        if (covered) expect(resolve).toThrow(InvalidPropError);
        else expect(resolve().publicPaths).toEqual(publicPaths);
      }),
    );
  });
});
