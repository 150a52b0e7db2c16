import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { TerraformStack, TerraformVariable, Testing } from 'cdktf';
import { GcpPlatform, type GcpPlatformProps } from '../../../../modules/gcp/platform';
import { binary } from '../../../../modules/machine/artifact';
import { fromVariable } from '../../../../modules/tls-service/secret-source';
import type { GcpHttpsLbTlsService } from '../../../../modules/gcp/tls-service/https-lb';
import type { TlsServiceProps } from '../../../../modules/tls-service/tls-service';
import { guardedIds } from '../guarded';

/** What a test changes in the platform and the service that every test begins with. */
export interface GcpChange {
  readonly platform?: Partial<GcpPlatformProps>;
  readonly service?: Partial<TlsServiceProps>;
  /** Name of the service. @default 'user-api' */
  readonly id?: string;
}

/** A synthesized resource, as Terraform reads it. */
export type Resource = Record<string, any>;

/** What Terraform is given. */
export interface SynthesizedGcp {
  readonly json: Record<string, any>;
  readonly service: GcpHttpsLbTlsService;
  /** Resources of a type (without `google_`) whose construct path ends in `id`, where that is given. */
  all(type: string, id?: string): Resource[];
  /** What Terraform refuses to destroy or replace. */
  readonly guarded: readonly string[];
  /** The one resource of that type and id. */
  one(type: string, id?: string): Resource;
}

export const PROGRAM = writeProgram('#!/bin/sh\n');

/** A file to deploy. */
export function writeProgram(content: string): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-program-'));
  process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'program');
  fs.writeFileSync(file, content);
  return file;
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

/** A secret that comes from an ephemeral variable. */
export function secretVariable(scope: TerraformStack, version = 1) {
  const variable = new TerraformVariable(scope, 'app_jwt_secret', { type: 'string', sensitive: true });
  variable.addOverride('ephemeral', true);
  return fromVariable(variable, version);
}

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
  const json = JSON.parse(Testing.synth(stack)) as Record<string, any>;
  const all = (type: string, path?: string): Resource[] =>
    Object.entries((json.resource[`google_${type}`] ?? {}) as Record<string, Resource>)
      .filter(([name]) => path === undefined || new RegExp(`_${path}_[0-9A-F]{8}$`).test(name))
      .map(([, resource]) => resource);
  const one = (type: string, path?: string): Resource => {
    const found = all(type, path);
    if (found.length !== 1) throw new Error(`${found.length} resources of type ${type} ${path ?? ''}, not one`);
    return found[0]!;
  };
  return { json, service, guarded: guardedIds(json.resource), all, one };
}
