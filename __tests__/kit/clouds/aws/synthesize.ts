import * as fs from 'node:fs';
import * as path from 'node:path';
import { TerraformStack, TerraformVariable, Testing } from 'cdktf';
import { AwsPlatform } from '../../../../modules/aws/platform';
import type { AwsPlatformProps } from '../../../../modules/aws/foundation/platform-props';
import { binary } from '../../../../modules/machine/artifact';
import type { AwsAlbTlsService } from '../../../../modules/aws/tls-service/alb';
import { fromVariable } from '../../../../modules/tls-service/secret-source';
import type { TlsServiceProps } from '../../../../modules/tls-service/tls-service';
import { temporaryDirectory } from '../../terraform';
import { guardedIds } from '../guarded';

/** What a test changes in the platform and the service that every test begins with. */
export interface AwsChange {
  readonly platform?: Partial<AwsPlatformProps>;
  readonly service?: Partial<TlsServiceProps>;
  /** Name of the service. @default 'user-api' */
  readonly id?: string;
}

export type Resource = Record<string, any>;

/** What Terraform is given. */
export interface SynthesizedAws {
  readonly json: Record<string, any>;
  readonly service: AwsAlbTlsService;
  /** Resources of a type (without `aws_`) whose construct path ends in `id`, where that is given. */
  all(type: string, id?: string): Resource[];
  /** What Terraform refuses to destroy or replace. */
  readonly guarded: readonly string[];
  /** The one resource of that type and id. */
  one(type: string, id?: string): Resource;
  /** The policy in an attribute of a resource, its statements by `Sid`. */
  statements(type: string, id?: string, attribute?: string): Record<string, any>;
}

/** A file to deploy. */
export const PROGRAM = writeProgram('#!/bin/sh\n');

export function writeProgram(content: string): string {
  const directory = temporaryDirectory('program');
  process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'program');
  fs.writeFileSync(file, content);
  return file;
}

export const SERVICE = {
  artifact: binary(PROGRAM),
  publicPaths: ['/v1/user'],
  hostNames: ['api.example.com'],
  zone: 'example.com',
} as const;

export const PLATFORM = { environment: 'dev', region: 'eu-central-1' } as const;

/** A secret that comes from an ephemeral variable. */
export function secretVariable(scope: TerraformStack, version = 1) {
  const variable = new TerraformVariable(scope, 'app_jwt_secret', { type: 'string', sensitive: true });
  variable.addOverride('ephemeral', true);
  return fromVariable(variable, version);
}

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
  const json = JSON.parse(Testing.synth(stack)) as Record<string, any>;
  const all = (type: string, path?: string): Resource[] =>
    Object.entries((json.resource[`aws_${type}`] ?? {}) as Record<string, Resource>)
      .filter(([name]) => path === undefined || new RegExp(`_${path}(?:_[0-9A-F]{8})?$`).test(name))
      .map(([, resource]) => resource);
  const one = (type: string, path?: string): Resource => {
    const found = all(type, path);
    if (found.length !== 1) throw new Error(`${found.length} resources of type ${type} ${path ?? ''}, not one`);
    return found[0]!;
  };
  const statements = (type: string, path?: string, attribute = 'policy') => {
    const { Statement } = JSON.parse(one(type, path)[attribute] as string) as { Statement: { Sid: string }[] };
    return Object.fromEntries(Statement.map((statement) => [statement.Sid, statement]));
  };
  return { json, service, guarded: guardedIds(json.resource), all, one, statements };
}
