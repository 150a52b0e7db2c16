import * as fc from 'fast-check';
import type { TlsServiceProps } from '../../../modules/tls-service/tls-service';

/** Values of one prop that no place may take. */
export interface InvalidProp {
  /** What the error names. */
  readonly prop: string;
  readonly values: fc.Arbitrary<unknown>;
  readonly put: (props: TlsServiceProps, value: any) => TlsServiceProps;
}

const outside = (minimum: number, maximum: number) =>
  fc.oneof(
    fc.integer({ max: minimum - 1 }),
    fc.integer({ min: maximum + 1 }),
    fc.constantFrom(minimum + 0.5, Number.NaN, Number.POSITIVE_INFINITY),
  );
const top = (prop: keyof TlsServiceProps, values: fc.Arbitrary<unknown>): InvalidProp => ({
  prop,
  values,
  put: (props, value) => ({ ...props, [prop]: value as never }),
});
const nested = (
  group: 'capacity' | 'healthCheck' | 'accessLogs' | 'firewall' | 'alarms',
  name: string,
  values: fc.Arbitrary<unknown>,
): InvalidProp => ({
  prop: `${group}.${name}`,
  values,
  put: (props, value) => ({ ...props, [group]: { ...(props[group] || {}), [name]: value as never } }),
});

const notAHostName = fc.oneof(
  fc.constantFrom(
    '',
    'localhost',
    'Api.example.com',
    'api..example.com',
    '-api.example.com',
    'api.example.com.',
    'a_b.example.com',
  ),
  fc.integer({ min: 64, max: 200 }).map((length) => `${'a'.repeat(length)}.example.com`),
  fc.integer({ min: 122, max: 200 }).map((labels) => `${'a.'.repeat(labels)}example.com`),
);
const notAPath = fc.oneof(
  fc.constantFrom(
    '',
    'v1',
    '//v1',
    '/v1//user',
    '/../v1',
    '/v1/.',
    '/v1*',
    '/*/v1',
    '/v1?a=b',
    '/%68ealthz',
    '/a b',
    '/ä',
    '/v1#x',
  ),
  fc.integer({ min: 128, max: 400 }).map((length) => `/${'a'.repeat(length)}`),
  fc.constantFrom('/healthz', '/*'),
);

export const INVALID_PROPS: readonly InvalidProp[] = [
  top('port', fc.oneof(outside(1024, 65535), fc.constant(3001))),
  top('idleTimeoutSeconds', outside(1, 4000)),
  top('drainSeconds', outside(0, 3600)),
  top('logRetentionDays', fc.constantFrom(0, 2, 91, 3654, -1)),
  top('publicPaths', fc.constant([])),
  {
    prop: 'publicPaths[1]',
    values: notAPath,
    put: (props, path) => ({ ...props, publicPaths: ['/v1/user', path as string] }),
  },
  { prop: 'hostNames[0]', values: notAHostName, put: (props, name) => ({ ...props, hostNames: [name as string] }) },
  {
    prop: 'certificate',
    values: fc.constant(undefined),
    put: (props) => ({ ...props, zone: undefined, certificate: undefined }),
  },
  nested('capacity', 'minInstances', outside(1, 1000)),
  nested('capacity', 'maxInstances', outside(1, 1000)),
  {
    prop: 'capacity.maxInstances',
    values: fc.integer({ min: 2, max: 1000 }),
    put: (props, minimum) => ({
      ...props,
      capacity: { minInstances: minimum as number, maxInstances: (minimum as number) - 1 },
    }),
  },
  nested('capacity', 'targetCpuPercent', outside(10, 90)),
  nested('capacity', 'diskGib', outside(10, 2000)),
  nested('capacity', 'machineSize', fc.constantFrom('tiny', '', 'Small')),
  nested('healthCheck', 'path', fc.constantFrom('healthz', '/healthz/*', '/a//b')),
  nested('healthCheck', 'expectedStatus', outside(200, 399)),
  nested('healthCheck', 'intervalSeconds', outside(5, 300)),
  nested('healthCheck', 'timeoutSeconds', outside(2, 120)),
  nested('healthCheck', 'healthyThreshold', outside(2, 10)),
  nested('healthCheck', 'unhealthyThreshold', outside(2, 10)),
  nested('healthCheck', 'gracePeriodSeconds', outside(0, 3600)),
  nested('accessLogs', 'retentionDays', outside(1, 3650)),
  nested('accessLogs', 'sampleRate', fc.constantFrom(-0.1, 1.1, Number.NaN)),
  nested('firewall', 'requestsPer5Minutes', outside(100, 2_000_000)),
  nested('alarms', 'errorPercent', fc.constantFrom(0, -1, 101, Number.NaN)),
  nested('alarms', 'latencyMilliseconds', outside(1, 600_000)),
];
