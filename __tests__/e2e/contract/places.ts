import { App, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import * as path from 'node:path';
import { AwsPlatform } from '../../../modules/aws/platform';
import { GcpPlatform } from '../../../modules/gcp/platform';
import { LocalPlatform } from '../../../modules/local/platform';
import type { Platform } from '../../../modules/platform/platform';
import type { Cloud } from '../../../modules/props/cloud';
import type { AnyService } from './arbitraries';

/** Names that are in every physical name. */
export interface Names {
  readonly application: string;
  readonly environment: string;
}

/** Adds a platform to a stack; that of this machine needs none. */
export function addPlatform(stack: Construct, cloud: Cloud, names: Names): Platform {
  if (cloud === 'local') {
    const options = { dataDirectory: '/nowhere', secrets: { APP_JWT_SECRET: 'secret' }, log: () => undefined };
    return new LocalPlatform(stack, 'platform', options);
  }
  return cloud === 'aws'
    ? new AwsPlatform(stack, 'platform', { ...names, region: 'eu-central-1' })
    : new GcpPlatform(stack, 'platform', { ...names, project: 'demo-project', region: 'europe-west3' });
}

/** A zone is a domain on AWS and a name on GCP. */
export function propsFor(cloud: Cloud, { props }: AnyService): AnyService['props'] {
  return cloud === 'gcp' && props.zone !== undefined ? { ...props, zone: 'example' } : props;
}

/** Synthesizes all services into one stack and returns its directory. */
export function synthesizeServices(
  outdir: string,
  cloud: 'aws' | 'gcp',
  names: Names,
  services: readonly AnyService[],
): string {
  const app = new App({ outdir });
  const stack = new TerraformStack(app, 'contract');
  const platform = addPlatform(stack, cloud, names);
  for (const service of services) platform.tlsService(service.id, propsFor(cloud, service));
  app.synth();
  return path.join(outdir, 'stacks', 'contract');
}

/** One platform a cloud for all services that are only made, never synthesized: making it costs more than they do. */
const platforms = new Map<Cloud, Platform>();
let services = 0;

/** Makes the constructs of one service, which checks its props, and synthesizes nothing. Its id is another each time. */
export function makeService(place: Cloud, props: AnyService['props']): void {
  const platform =
    platforms.get(place) ??
    addPlatform(new TerraformStack(new App(), 'contract'), place, { application: 'app', environment: 'dev' });
  platforms.set(place, platform);
  services += 1;
  const id = `service-${services}`;
  platform.tlsService(id, propsFor(place, { id, props }));
}
