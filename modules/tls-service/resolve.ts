import { InvalidPropError } from '../props/invalid-prop';
import { checkLogRetention, checkRange, checkWhole } from '../props/checks';
import { isKnown } from '../props/known';
import { checkShape } from '../props/shape';
import { checkPushed } from '../machine/artifact';
import { resolveAge, resolveCapacity, type ResolvedCapacity } from '../machine/capacity';
import type { ExistingCertificates } from './certificate-source';
import { checkHostName } from './host-name';
import { TLS_SERVICE_SHAPE } from './shape';
import { checkPublicPath, matchesPublicPath } from './public-path';
import type { AccessLogs, Alarms, Firewall, HealthCheck, TlsServiceProps } from './tls-service';

/** Where the certificate comes from; a managed one with what proves it. */
export type ResolvedCertificate =
  | ExistingCertificates
  | {
      readonly kind: 'managed';
      readonly hostNames: readonly [string, ...string[]];
      /** The zone that the records of the proof are written into. */
      readonly zone: string;
    };

/** Every prop with its default applied and every known value checked. What the implementations read. */
export interface ResolvedTlsServiceProps extends Omit<
  TlsServiceProps,
  'capacity' | 'accessLogs' | 'firewall' | 'alarms' | 'certificate'
> {
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: NonNullable<TlsServiceProps['secrets']>;
  readonly healthCheck: Required<HealthCheck>;
  readonly hostNames: readonly string[];
  readonly certificate: ResolvedCertificate;
  readonly capacity: ResolvedCapacity;
  readonly idleTimeoutSeconds: number;
  readonly drainSeconds: number;
  readonly accessLogs: Required<AccessLogs> | false;
  readonly firewall: Required<Firewall> | false;
  readonly alarms: Required<Alarms>;
  readonly deletionProtection: boolean;
  readonly internetEgress: boolean;
  readonly operatorAccess: 'none' | 'cloud-tunnel';
  readonly architecture: NonNullable<TlsServiceProps['architecture']>;
  readonly logRetentionDays: number;
  readonly maximumInstanceAgeDays: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Port on which the host agent answers Google's health checks (see the health bridge in docs/boot.md). */
export const HEALTH_BRIDGE_PORT = 3001;

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * Applies the defaults and checks what is known at synth. Both clouds and the local platform begin with it, so that a
 * service is valid on all of them or on none.
 *
 * @throws InvalidPropError naming the prop, the value and the fix.
 */
export function resolveTlsServiceProps(props: TlsServiceProps): ResolvedTlsServiceProps {
  checkShape(props, TLS_SERVICE_SHAPE);
  const port = props.port ?? 3000;
  checkWhole('port', port, 1024, 65535);
  if (port === HEALTH_BRIDGE_PORT) {
    throw new InvalidPropError('port', port, "is the host agent's health port; choose another");
  }
  checkArtifact(props);
  const healthCheck = resolveHealthCheck(props.healthCheck);
  checkPublicPaths(props.publicPaths, healthCheck.path);
  const hostNames = props.hostNames ?? [];
  hostNames.forEach((name, index) => isKnown(name) && checkHostName(`hostNames[${index}]`, name));
  checkDistinct('hostNames', hostNames);
  const certificate = resolveCertificate(props, hostNames);
  checkEnvironment(props);
  const idleTimeoutSeconds = props.idleTimeoutSeconds ?? 60;
  checkWhole('idleTimeoutSeconds', idleTimeoutSeconds, 1, 4000);
  const drainSeconds = props.drainSeconds ?? 30;
  checkWhole('drainSeconds', drainSeconds, 0, 3600);
  const logRetentionDays = props.logRetentionDays ?? 90;
  checkLogRetention('logRetentionDays', logRetentionDays);
  return {
    ...props,
    port,
    environment: props.environment ?? {},
    secrets: props.secrets ?? {},
    healthCheck,
    hostNames,
    certificate,
    capacity: resolveCapacity(props.capacity),
    idleTimeoutSeconds,
    drainSeconds,
    accessLogs: resolveAccessLogs(props.accessLogs),
    firewall: resolveFirewall(props.firewall),
    alarms: resolveAlarms(props.alarms),
    deletionProtection: props.deletionProtection ?? true,
    internetEgress: props.internetEgress ?? false,
    operatorAccess: props.operatorAccess ?? 'none',
    architecture: props.architecture ?? 'x64',
    logRetentionDays,
    maximumInstanceAgeDays: resolveAge(props.maximumInstanceAgeDays),
    tags: props.tags ?? {},
  };
}

function checkArtifact({ artifact }: TlsServiceProps): void {
  if ('key' in artifact) checkPushed('artifact', artifact);
  else if (artifact.path === '') {
    throw new InvalidPropError('artifact.path', artifact.path, 'must be the path of a file');
  }
  if (!('command' in artifact)) return;
  const program = artifact.command[0];
  if (!program || program.startsWith('/') || program.split('/').includes('..')) {
    throw new InvalidPropError(
      'artifact.command[0]',
      program,
      'must be a path inside the archive, such as "bin/server"',
    );
  }
}

function resolveHealthCheck(check: HealthCheck = {}): Required<HealthCheck> {
  const resolved: Required<HealthCheck> = {
    path: check.path ?? '/healthz',
    expectedStatus: check.expectedStatus ?? 204,
    intervalSeconds: check.intervalSeconds ?? 10,
    timeoutSeconds: check.timeoutSeconds ?? 5,
    healthyThreshold: check.healthyThreshold ?? 2,
    unhealthyThreshold: check.unhealthyThreshold ?? 3,
    gracePeriodSeconds: check.gracePeriodSeconds ?? 180,
  };
  if (resolved.path.endsWith('/*'))
    throw new InvalidPropError('healthCheck.path', resolved.path, 'must be one exact path');
  checkPublicPath('healthCheck.path', resolved.path);
  checkWhole('healthCheck.expectedStatus', resolved.expectedStatus, 200, 399);
  checkWhole('healthCheck.intervalSeconds', resolved.intervalSeconds, 5, 300);
  checkWhole('healthCheck.timeoutSeconds', resolved.timeoutSeconds, 2, 120);
  checkWhole('healthCheck.healthyThreshold', resolved.healthyThreshold, 2, 10);
  checkWhole('healthCheck.unhealthyThreshold', resolved.unhealthyThreshold, 2, 10);
  checkWhole('healthCheck.gracePeriodSeconds', resolved.gracePeriodSeconds, 0, 3600);
  if (resolved.timeoutSeconds >= resolved.intervalSeconds) {
    throw new InvalidPropError(
      'healthCheck.timeoutSeconds',
      resolved.timeoutSeconds,
      `must be less than healthCheck.intervalSeconds, which is ${resolved.intervalSeconds}`,
    );
  }
  return resolved;
}

function checkPublicPaths(paths: readonly string[], healthPath: string): void {
  if (paths.length === 0)
    throw new InvalidPropError('publicPaths', paths, 'must name at least one path, such as "/v1/user"');
  paths.forEach((path, index) => {
    const prop = `publicPaths[${index}]`;
    checkPublicPath(prop, path);
    if (matchesPublicPath(path, healthPath)) {
      throw new InvalidPropError(
        prop,
        path,
        `would make the health path ${JSON.stringify(healthPath)} public; name narrower paths`,
      );
    }
  });
  checkDistinct('publicPaths', paths);
}

function resolveCertificate(
  { certificate, zone }: TlsServiceProps,
  [first, ...others]: readonly string[],
): ResolvedCertificate {
  if (certificate?.kind === 'existing') {
    if (certificate.ids.length === 0) {
      throw new InvalidPropError('certificate.ids', certificate.ids, 'must name at least one certificate');
    }
    return certificate;
  }
  if (first !== undefined && zone !== undefined) return { kind: 'managed', hostNames: [first, ...others], zone };
  throw new InvalidPropError(
    'certificate',
    certificate?.kind,
    certificate === undefined
      ? 'must be given where hostNames and zone are not both set: a service is never served without TLS. Import one with `./sandpiper cert import` and use existingCertificates(...)'
      : 'needs hostNames and zone: the proof of ownership is a DNS record',
  );
}

function checkEnvironment(props: TlsServiceProps): void {
  const names = [...Object.keys(props.environment ?? {}), ...Object.keys(props.secrets ?? {})];
  for (const name of names) {
    const prop = name in (props.environment ?? {}) ? 'environment' : 'secrets';
    if (!ENVIRONMENT_NAME.test(name)) {
      throw new InvalidPropError(
        prop,
        name,
        'is no name of an environment variable: letters, digits and "_", no digit first',
      );
    }
    if (name === 'PORT') throw new InvalidPropError(prop, name, 'is set from the prop "port"');
  }
  for (const [name, value] of Object.entries(props.environment ?? {})) {
    if (isKnown(value) && /[\0\n\r]/.test(value)) {
      throw new InvalidPropError(`environment.${name}`, value, 'must be one line without NUL');
    }
  }
  checkDistinct('secrets', names);
  for (const [name, source] of Object.entries(props.secrets ?? {})) {
    if (source.kind === 'variable' && isKnown(source.version))
      checkWhole(`secrets.${name}.version`, source.version, 1, Number.MAX_SAFE_INTEGER);
  }
}

function resolveAccessLogs(logs: AccessLogs | false = {}): Required<AccessLogs> | false {
  if (logs === false) return false;
  const resolved = { retentionDays: logs.retentionDays ?? 90, sampleRate: logs.sampleRate ?? 1 };
  checkWhole('accessLogs.retentionDays', resolved.retentionDays, 1, 3650);
  checkRange('accessLogs.sampleRate', resolved.sampleRate, 0, 1);
  return resolved;
}

function resolveFirewall(firewall: Firewall | false = false): Required<Firewall> | false {
  if (firewall === false) return false;
  const resolved = {
    requestsPer5Minutes: firewall.requestsPer5Minutes ?? 2000,
    countOnly: firewall.countOnly ?? false,
    inspectBodies: firewall.inspectBodies ?? true,
  };
  checkWhole('firewall.requestsPer5Minutes', resolved.requestsPer5Minutes, 100, 2_000_000);
  return resolved;
}

function resolveAlarms(alarms: Alarms = {}): Required<Alarms> {
  const resolved = {
    emails: alarms.emails ?? [],
    errorPercent: alarms.errorPercent ?? 1,
    latencyMilliseconds: alarms.latencyMilliseconds ?? 1000,
  };
  if (isKnown(resolved.emails)) {
    resolved.emails.forEach((email, index) => {
      if (isKnown(email) && !EMAIL.test(email)) {
        throw new InvalidPropError(`alarms.emails[${index}]`, email, 'is no mail address');
      }
    });
  }
  checkRange('alarms.errorPercent', resolved.errorPercent, 0.01, 100);
  if (resolved.latencyMilliseconds !== false) {
    checkWhole('alarms.latencyMilliseconds', resolved.latencyMilliseconds, 1, 600_000);
  }
  return resolved;
}

function checkDistinct(prop: string, values: readonly string[]): void {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  if (repeated !== undefined) throw new InvalidPropError(prop, repeated, 'is named twice');
}
