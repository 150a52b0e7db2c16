import { TerraformStack, Testing } from 'cdktf';
import { GcpPlatform, type GcpPlatformProps } from '../../../modules/gcp/platform';
import { binary } from '../../../modules/machine/artifact';
import type { GcpHttpsLbTlsService } from '../../../modules/gcp/tls-service/https-lb';
import type { TlsServiceProps } from '../../../modules/tls-service/tls-service';
import { guardedIds } from './guarded';
import { synthesize, type Synthesized } from './resources';
import { PROGRAM, secretVariable } from './service';

/** What a test changes in the platform and the service that every test begins with. */
export interface GcpChange {
  readonly platform?: Partial<GcpPlatformProps>;
  readonly service?: Partial<TlsServiceProps>;
  /** Name of the service. @default 'user-api' */
  readonly id?: string;
}

/** What Terraform is given. */
export interface SynthesizedGcp extends Synthesized {
  readonly service: GcpHttpsLbTlsService;
  /** What Terraform refuses to destroy or replace. */
  readonly guarded: readonly string[];
}

/** Every service of these tests begins as this one. */
export const SERVICE = {
  artifact: binary(PROGRAM),
  publicPaths: ['/v1/user'],
  hostNames: ['api.example.com'],
  zone: 'example',
} as const;

/** Every platform of these tests begins as this one. */
export const PLATFORM = { environment: 'dev', project: 'demo-project', region: 'europe-west3' } as const;

/** Synthesizes a platform with one service. `props` may make Terraform variables in the stack. */
export function synthesizeGcp(change: GcpChange | ((stack: TerraformStack) => GcpChange) = {}): SynthesizedGcp {
  const app = Testing.app();
  const stack = new TerraformStack(app, 'gcp-stack');
  const { platform, service: props, id = 'user-api' } = typeof change === 'function' ? change(stack) : change;
  const service = new GcpPlatform(stack, 'platform', { ...PLATFORM, ...platform }).tlsService(id, {
    ...SERVICE,
    ...(props?.secrets === undefined ? { secrets: { APP_JWT_SECRET: secretVariable(stack) } } : {}),
    ...props,
  });
  const synthesized = synthesize(stack, 'gcp');
  return { ...synthesized, service, guarded: guardedIds(synthesized.json.resource) };
}
