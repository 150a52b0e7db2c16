import { TerraformStack, Testing } from 'cdktf';
import type { Construct } from 'constructs';
import { AwsPlatform } from '../../../modules/aws/platform';
import type { AwsPlatformProps } from '../../../modules/aws/foundation/platform-props';
import { GcpPlatform, type GcpPlatformProps } from '../../../modules/gcp/platform';
import type { Cloud, ProviderCloud } from '../../../modules/props/cloud';
import { Playground, type PlaygroundProps } from '../../../modules/playground/playground';
import { LocalPlatform, type LocalPlatformOptions } from '../../../modules/local/platform';
import { binary, pushed, type Artifact } from '../../../modules/machine/artifact';
import type { Platform } from '../../../modules/platform/platform';
import { existingCertificates } from '../../../modules/tls-service/certificate-source';
import { existing } from '../../../modules/tls-service/secret-source';
import { synthesize, type Resource } from './resources';
import { PROGRAM } from './service';

/** A SHA-256 of one digit. */
export const sha = (digit: string): string => digit.repeat(64);

export const RUNNER_KEY = `runner/${sha('2')}.tar.gz`;
export const IMAGES: readonly string[] = [`images/${sha('3')}.squashfs`, `images/${sha('4')}.squashfs`];

const archive = (name: string, digit: string) =>
  pushed({ key: `${name}/${sha(digit)}.tar.gz`, sha256: sha(digit) }, [`bin/${name}`]);

interface Place {
  readonly certificate?: string;
  readonly secret: string;
  readonly gateway: Artifact;
  readonly runner: Artifact;
}

const PUSHED = { gateway: archive('gateway', '1'), runner: archive('runner', '2') };

const PLACES: Readonly<Record<Cloud, Place>> = {
  aws: {
    ...PUSHED,
    certificate: 'arn:aws:acm:eu-central-1:123456789012:certificate/one',
    secret: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:jwt-AbCdEf',
  },
  gcp: {
    ...PUSHED,
    certificate: 'projects/demo-project/locations/global/certificates/one',
    secret: 'projects/demo-project/secrets/jwt',
  },
  // One program is both.
  local: { gateway: binary(PROGRAM), runner: binary(PROGRAM), secret: 'APP_JWT_SECRET' },
};

/** Of the tests' playgrounds. @returns undefined where the platform has its own */
export function certificateOf(cloud: Cloud): string | undefined {
  return PLACES[cloud].certificate;
}

/** The runner of the tests' playgrounds. */
export function runnerOf(cloud: Cloud): Artifact {
  return PLACES[cloud].runner;
}

/** What a test changes in the playground that every test begins with. */
export interface PlaygroundChange {
  readonly aws?: Partial<AwsPlatformProps>;
  readonly gcp?: Partial<GcpPlatformProps>;
  readonly local?: Partial<LocalPlatformOptions>;
  readonly fleet?: Partial<PlaygroundProps['fleet']>;
  readonly eventStore?: PlaygroundProps['eventStore'];
}

/** A platform for tests; of a cloud, it stands in a stack. */
function newPlatform(scope: Construct, cloud: Cloud, { aws, gcp, local }: PlaygroundChange): Platform {
  if (cloud === 'aws') {
    return new AwsPlatform(scope, 'platform', { environment: 'dev', region: 'eu-central-1', ...aws });
  }
  if (cloud === 'gcp') {
    const place = { project: 'demo-project', region: 'europe-west3' };
    return new GcpPlatform(scope, 'platform', { environment: 'dev', ...place, ...gcp });
  }
  return new LocalPlatform(scope, 'platform', {
    dataDirectory: '/nowhere',
    secrets: { APP_JWT_SECRET: 'secret' },
    log: () => undefined,
    ...local,
  });
}

/** Makes a platform that holds one playground, and synthesizes nothing. */
export function makePlayground(scope: Construct, cloud: Cloud, change: PlaygroundChange = {}) {
  const platform = newPlatform(scope, cloud, change);
  const { certificate, secret, gateway, runner } = PLACES[cloud];
  const playground = new Playground(scope, 'playground', {
    platform,
    gateway,
    jwtSecret: existing(secret),
    service: {
      ...(certificate === undefined ? {} : { certificate: existingCertificates(certificate) }),
      capacity: cloud === 'local' ? { minInstances: 1, maxInstances: 1 } : undefined,
    },
    fleet: { runner, imageKeys: IMAGES, ...change.fleet },
    eventStore: change.eventStore,
  });
  return { platform, playground };
}

/** Synthesizes a platform that holds one playground. The change may make Terraform variables in the stack. */
export function synthesizePlayground(
  cloud: ProviderCloud,
  given: PlaygroundChange | ((stack: TerraformStack) => PlaygroundChange) = {},
) {
  const stack = new TerraformStack(Testing.app(), `${cloud}-stack`);
  const made = makePlayground(stack, cloud, typeof given === 'function' ? given(stack) : given);
  const { json, all, one } = synthesize(stack, cloud, (name, id) => name.includes(id));
  const resources = json.resource as Record<string, Record<string, Resource>>;
  return { ...made, resources, locals: json.locals as Readonly<Record<string, unknown>>, all, one };
}
