import { TerraformStack, Testing } from 'cdktf';
import { AwsPlatform } from '../../../modules/aws/platform';
import type { AwsPlatformProps } from '../../../modules/aws/foundation/platform-props';
import { binary } from '../../../modules/machine/artifact';
import type { AwsAlbTlsService } from '../../../modules/aws/tls-service/alb';
import type { TlsServiceProps } from '../../../modules/tls-service/tls-service';
import { guardedIds } from './guarded';
import { synthesize, type Synthesized } from './resources';
import { PROGRAM, secretVariable } from './service';

/** What a test changes in the platform and the service that every test begins with. */
export interface AwsChange {
  readonly platform?: Partial<AwsPlatformProps>;
  readonly service?: Partial<TlsServiceProps>;
  /** Name of the service. @default 'user-api' */
  readonly id?: string;
}

/** What Terraform is given. */
export interface SynthesizedAws extends Synthesized {
  readonly service: AwsAlbTlsService;
  /** What Terraform refuses to destroy or replace. */
  readonly guarded: readonly string[];
  /** The policy in an attribute of a resource, its statements by `Sid`. */
  statements(type: string, id?: string, attribute?: string): Record<string, any>;
}

export const SERVICE = {
  artifact: binary(PROGRAM),
  publicPaths: ['/v1/user'],
  hostNames: ['api.example.com'],
  zone: 'example.com',
} as const;

export const PLATFORM = { environment: 'dev', region: 'eu-central-1' } as const;

/** Synthesizes a platform with one service. `change` may make Terraform variables in the stack. */
export function synthesizeAws(change: AwsChange | ((stack: TerraformStack) => AwsChange) = {}): SynthesizedAws {
  const app = Testing.app();
  const stack = new TerraformStack(app, 'aws-stack');
  const { platform, service: props, id = 'user-api' } = typeof change === 'function' ? change(stack) : change;
  const service = new AwsPlatform(stack, 'platform', { ...PLATFORM, ...platform }).tlsService(id, {
    ...SERVICE,
    ...(props?.secrets === undefined ? { secrets: { APP_JWT_SECRET: secretVariable(stack) } } : {}),
    ...props,
  });
  const synthesized = synthesize(stack, 'aws');
  const statements = (type: string, path?: string, attribute = 'policy') => {
    const { Statement } = JSON.parse(synthesized.one(type, path)[attribute] as string) as {
      Statement: { Sid: string }[];
    };
    return Object.fromEntries(Statement.map((statement) => [statement.Sid, statement]));
  };
  return { ...synthesized, service, guarded: guardedIds(synthesized.json.resource), statements };
}
