import { checkTags } from '../foundation/tags';
import { checkBaseImage } from '../machine/debian-image';
import { InvalidPropError } from '../../props/invalid-prop';
import { isKnown } from '../../props/known';
import { checkName } from '../../props/physical-name';
import type { Architecture } from '../../machine/artifact';
import { type MachineSize } from '../../machine/capacity';
import { checkWhole } from '../../props/checks';
import { pathRuleCount, MAXIMUM_RULES } from './path-rules';
import type { ResolvedTlsServiceProps } from '../../tls-service/resolve';

/** TLS 1.2 and 1.3, forward secrecy, no CBC, post-quantum key exchange ("Security policies for your Application Load Balancer"). */
export const DEFAULT_SSL_POLICY = 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09';

/** Policies whose floor is TLS 1.2 or 1.3, by the naming of the same page. */
const MODERN_SSL_POLICY = /^ELBSecurityPolicy-(?:TLS13-1-[23]|TLS-1-2|FS-1-2)-[A-Za-z0-9-]+$/;

const INSTANCE_TYPES: Readonly<Record<Architecture, Readonly<Record<MachineSize, string>>>> = {
  x64: { small: 't3.small', medium: 'm6i.large', large: 'm6i.xlarge', xlarge: 'm6i.2xlarge' },
  arm64: { small: 't4g.small', medium: 'm7g.large', large: 'm7g.xlarge', xlarge: 'm7g.2xlarge' },
};

/** Families on Graviton have a `g` behind the generation (Amazon EC2 instance type naming conventions); `a1` came before. */
const GRAVITON = /^(?:a1\.|[a-z]+\d+g)/;

/** EC2 instance type of a machine size. */
export function instanceTypeOf(props: ResolvedTlsServiceProps): string {
  return props.aws?.instanceType ?? INSTANCE_TYPES[props.architecture][props.capacity.machineSize];
}

/** Checks what AWS limits beyond the portable rules. @throws InvalidPropError naming the prop, its value and the fix */
export function checkAwsTlsService(id: string, props: ResolvedTlsServiceProps): void {
  checkName('id', id, 16);
  checkTags('tags', props.tags);
  checkSslPolicy(props.aws?.sslPolicy);
  checkInstanceType(props);
  checkHostNames(props);
  checkCertificates(props);
  checkSecrets(props);
  checkBaseImage(props.baseImage);
  const requests = props.aws?.targetRequestsPerMinute;
  if (isKnown(requests)) checkWhole('aws.targetRequestsPerMinute', requests, 1, 10_000_000);
  const rules = pathRuleCount(props.publicPaths, props.hostNames);
  if (rules > MAXIMUM_RULES) {
    throw new InvalidPropError(
      'publicPaths',
      props.publicPaths,
      `and hostNames need ${rules} listener rules; a load balancer has ${MAXIMUM_RULES}: use prefixes such as "/v1/*"`,
    );
  }
}

function checkSslPolicy(policy: string | undefined): void {
  if (isKnown(policy) && !MODERN_SSL_POLICY.test(policy)) {
    throw new InvalidPropError(
      'aws.sslPolicy',
      policy,
      `must be a policy of TLS 1.2 or newer, such as ${JSON.stringify(DEFAULT_SSL_POLICY)}`,
    );
  }
}

function checkInstanceType({ aws, architecture }: ResolvedTlsServiceProps): void {
  const type = aws?.instanceType;
  if (!isKnown(type)) return;
  if (!/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(type)) {
    throw new InvalidPropError('aws.instanceType', type, 'is no EC2 instance type, such as "c7i.large"');
  }
  if (GRAVITON.test(type) !== (architecture === 'arm64')) {
    const is = architecture === 'arm64' ? 'x64' : 'arm64';
    throw new InvalidPropError('aws.instanceType', type, `is an ${is} type, but architecture is ${architecture}`);
  }
}

/** Host name condition of a listener rule: at most 128 characters, only letters behind the last dot ("Host conditions"). */
function checkHostNames({ hostNames, certificate }: ResolvedTlsServiceProps): void {
  hostNames.forEach((name, index) => {
    if (!isKnown(name)) return;
    if (name.length > 128 || !/\.[a-z]+$/.test(name)) {
      throw new InvalidPropError(
        `hostNames[${index}]`,
        name,
        'cannot be matched by a load balancer: at most 128 characters, and only letters behind the last dot',
      );
    }
    // The first name is the certificate's common name (ACM API reference, RequestCertificate: 64 characters).
    if (certificate.kind === 'managed' && index === 0 && name.length > 64) {
      throw new InvalidPropError(
        'hostNames[0]',
        name,
        'has more than 64 characters: put a shorter name first, ACM limits that one',
      );
    }
  });
  // Quotas of ACM: names in a certificate, 10 by default, 100 on request.
  if (certificate.kind === 'managed' && hostNames.length > 100) {
    throw new InvalidPropError('hostNames', hostNames, 'holds more than 100 names, which no ACM certificate takes');
  }
}

const CERTIFICATE_ARN = /^arn:aws[a-z-]*:(?:acm:[a-z0-9-]+:\d{12}:certificate|iam::\d{12}:server-certificate)\/.+$/;

function checkCertificates({ certificate }: ResolvedTlsServiceProps): void {
  if (certificate.kind !== 'existing') return;
  certificate.ids.forEach((id, index) => {
    if (isKnown(id) && !CERTIFICATE_ARN.test(id)) {
      throw new InvalidPropError(
        `certificate.ids[${index}]`,
        id,
        'must be the ARN of an ACM certificate in the region of the platform; `./sandpiper cert import aws` prints one',
      );
    }
  });
}

const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/;

function checkSecrets({ secrets }: ResolvedTlsServiceProps): void {
  for (const [name, source] of Object.entries(secrets)) {
    if (source.kind === 'existing' && isKnown(source.id) && !SECRET_ARN.test(source.id)) {
      throw new InvalidPropError(
        `secrets.${name}.id`,
        source.id,
        'must be the whole ARN of a Secrets Manager secret, with its six random characters: rights are given on exactly that',
      );
    }
  }
}
