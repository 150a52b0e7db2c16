import * as fc from 'fast-check';
import { binary } from '../../../modules/machine/artifact';
import { LOG_RETENTION_DAYS } from '../../../modules/props/checks';
import type { TlsServiceProps } from '../../../modules/tls-service/tls-service';

/** A service with any name and any props that the contract allows. */
export interface AnyService {
  readonly id: string;
  readonly props: TlsServiceProps;
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const ALPHANUMERIC = [...LETTERS, ...'0123456789'];
const PATH_CHARACTERS = [...ALPHANUMERIC, ..."ABCXYZ._~$&'+:@-"];

const textOf = (characters: readonly string[], minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

/** Lower-case letters, digits and single inner hyphens, beginning with a letter: `maximum` characters are made on purpose now and then. */
export function anyName(maximum: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...LETTERS), textOf([...ALPHANUMERIC, '-'], 0, maximum - 1))
    .map(([first, rest]) => `${first}${rest}`.replace(/-+/g, '-').replace(/-$/, ''));
}

const label = fc
  .tuple(textOf(ALPHANUMERIC, 1, 1), textOf([...ALPHANUMERIC, '-'], 0, 40), textOf(ALPHANUMERIC, 1, 1))
  .map((parts) => parts.join(''));

/** A host name of one to four labels inside the zone of the tests; ACM takes 64 characters of a certificate's first name. */
export const anyHostName = fc
  .array(label, { minLength: 1, maxLength: 4 })
  .map((labels) => [...labels, 'example.com'].join('.'))
  .filter((name) => name.length <= 64);

const segment = textOf(PATH_CHARACTERS, 1, 12).filter((text) => text !== '.' && text !== '..');

/** An exact path or a prefix; never one that covers the health path of the tests. */
export const anyPublicPath = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '/', '/*'))
  .map(([segments, end]) => `/${segments.join('/')}${end}`)
  .filter((path) => !path.startsWith('/healthz') && path.length <= 128);

export const anyCapacity = fc
  .record({
    minInstances: fc.integer({ min: 1, max: 1000 }),
    more: fc.integer({ min: 0, max: 999 }),
    targetCpuPercent: fc.integer({ min: 10, max: 90 }),
    machineSize: fc.constantFrom('small', 'medium', 'large', 'xlarge'),
    diskGib: fc.integer({ min: 10, max: 2000 }),
  })
  .map(({ more, ...capacity }) => ({ ...capacity, maxInstances: Math.min(1000, capacity.minInstances + more) }));

const healthCheck = fc
  .record({
    expectedStatus: fc.integer({ min: 200, max: 399 }),
    intervalSeconds: fc.integer({ min: 5, max: 300 }),
    timeoutSeconds: fc.integer({ min: 2, max: 120 }),
    healthyThreshold: fc.integer({ min: 2, max: 10 }),
    unhealthyThreshold: fc.integer({ min: 2, max: 10 }),
    gracePeriodSeconds: fc.integer({ min: 0, max: 3600 }),
  })
  .map((check) => ({ ...check, timeoutSeconds: Math.min(check.timeoutSeconds, check.intervalSeconds - 1) }));

/** Props of any service that runs `program`. */
export function anyProps(program: string): fc.Arbitrary<TlsServiceProps> {
  const optional = fc.record(
    {
      port: fc.integer({ min: 1024, max: 65535 }).filter((port) => port !== 3001),
      environment: fc.dictionary(
        textOf([...'ABCDEFGHIJKLMNOPQRSTUVWXYZ_'], 1, 20).filter((name) => name !== 'PORT'),
        fc.string({ maxLength: 40 }).filter((value) => !/[\0\n\r]/.test(value)),
        { maxKeys: 4 },
      ),
      healthCheck,
      capacity: anyCapacity,
      idleTimeoutSeconds: fc.integer({ min: 1, max: 4000 }),
      drainSeconds: fc.integer({ min: 0, max: 3600 }),
      accessLogs: fc.oneof(
        fc.constant(false as const),
        fc.record({
          retentionDays: fc.integer({ min: 1, max: 3650 }),
          sampleRate: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      ),
      firewall: fc.oneof(
        fc.constant(false as const),
        fc.record({ requestsPer5Minutes: fc.integer({ min: 100, max: 2_000_000 }), countOnly: fc.boolean() }),
      ),
      deletionProtection: fc.boolean(),
      internetEgress: fc.boolean(),
      operatorAccess: fc.constantFrom('none', 'cloud-tunnel'),
      architecture: fc.constantFrom('x64', 'arm64'),
      logRetentionDays: fc.constantFrom(...LOG_RETENTION_DAYS.filter((days) => days <= 3650)),
    },
    { requiredKeys: [] },
  );
  return fc
    .record({
      optional,
      publicPaths: fc.uniqueArray(anyPublicPath, { minLength: 1, maxLength: 12 }),
      hostNames: fc.uniqueArray(anyHostName, { minLength: 1, maxLength: 4 }),
    })
    .map(({ optional: chosen, ...required }) => ({
      ...(chosen as Partial<TlsServiceProps>),
      ...required,
      zone: 'example.com',
      artifact: binary(program),
    }));
}

/** Some services with different names, as one stack holds them. */
export function anyServices(program: string, count: number): fc.Arbitrary<AnyService[]> {
  return fc.uniqueArray(fc.record({ id: anyName(16), props: anyProps(program) }), {
    minLength: count,
    maxLength: count,
    selector: ({ id }) => id,
  });
}
