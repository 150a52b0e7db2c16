import { TerraformStack, Testing } from 'cdktf';
import { AwsPlatform } from '../../../modules/aws/platform';
import type { AwsPlatformProps } from '../../../modules/aws/foundation/platform-props';
import { GcpPlatform, type GcpPlatformProps } from '../../../modules/gcp/platform';
import type { ProviderCloud } from '../../../modules/props/cloud';
import { Playground, type PlaygroundProps } from '../../../modules/playground/playground';
import { pushed } from '../../../modules/machine/artifact';
import { existingCertificates } from '../../../modules/tls-service/certificate-source';
import { existing } from '../../../modules/tls-service/secret-source';

/** A SHA-256 of one digit. */
export const sha = (digit: string): string => digit.repeat(64);

export const RUNNER_KEY = `runner/${sha('2')}.tar.gz`;
export const IMAGES: readonly string[] = [`images/${sha('3')}.squashfs`, `images/${sha('4')}.squashfs`];

const archive = (name: string, digit: string) =>
  pushed({ key: `${name}/${sha(digit)}.tar.gz`, sha256: sha(digit) }, [`bin/${name}`]);

const PLACES = {
  aws: {
    certificate: 'arn:aws:acm:eu-central-1:123456789012:certificate/one',
    secret: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:jwt-AbCdEf',
  },
  gcp: {
    certificate: 'projects/demo-project/locations/global/certificates/one',
    secret: 'projects/demo-project/secrets/jwt',
  },
} as const;

/** What a test changes in the playground that every test begins with. */
export interface PlaygroundChange {
  readonly aws?: Partial<AwsPlatformProps>;
  readonly gcp?: Partial<GcpPlatformProps>;
  readonly fleet?: Partial<PlaygroundProps['fleet']>;
  readonly eventStore?: PlaygroundProps['eventStore'];
}

/** A synthesized resource, as Terraform reads it. */
export type Resource = Record<string, any>;

/** Synthesizes a platform that holds one playground. The change may make Terraform variables in the stack. */
export function synthesizePlayground(
  cloud: ProviderCloud,
  given: PlaygroundChange | ((stack: TerraformStack) => PlaygroundChange) = {},
) {
  const stack = new TerraformStack(Testing.app(), `${cloud}-stack`);
  const change = typeof given === 'function' ? given(stack) : given;
  const platform =
    cloud === 'aws'
      ? new AwsPlatform(stack, 'platform', { environment: 'dev', region: 'eu-central-1', ...change.aws })
      : new GcpPlatform(stack, 'platform', {
          environment: 'dev',
          project: 'demo-project',
          region: 'europe-west3',
          ...change.gcp,
        });
  const { certificate, secret } = PLACES[cloud];
  const playground = new Playground(stack, 'playground', {
    platform,
    gateway: archive('gateway', '1'),
    jwtSecret: existing(secret),
    service: { certificate: existingCertificates(certificate) },
    fleet: { runner: archive('runner', '2'), imageKeys: IMAGES, ...change.fleet },
    eventStore: change.eventStore,
  });
  const { resource: resources, locals } = JSON.parse(Testing.synth(stack)) as {
    resource: Record<string, Resource>;
    locals: Readonly<Record<string, unknown>>;
  };
  const provider = cloud === 'aws' ? 'aws' : 'google';
  /** Of a type, those whose name holds `name`. */
  const all = (type: string, name = ''): Resource[] =>
    Object.entries((resources[`${provider}_${type}`] ?? {}) as Record<string, Resource>)
      .filter(([address]) => address.includes(name))
      .map(([, resource]) => resource);
  const one = (type: string, name: string): Resource => {
    const found = all(type, name);
    if (found.length !== 1) throw new Error(`${found.length} resources of type ${type} ${name}, not one`);
    return found[0]!;
  };
  return { resources, locals, platform, playground, all, one };
}
