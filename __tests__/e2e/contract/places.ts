import { App, TerraformStack } from 'cdktf';
import * as path from 'node:path';
import { AwsPlatform } from '../../../modules/aws/platform';
import { GcpPlatform } from '../../../modules/gcp/platform';
import type { Platform } from '../../../modules/platform/platform';
import { resolveTlsServiceProps } from '../../../modules/tls-service/resolve';
import type { AnyService } from './arbitraries';

/** Where a service may be deployed to: makes it there, or throws. */
export type Place = 'aws' | 'gcp' | 'local';

/** Names that are in every physical name. */
export interface Names {
  readonly application: string;
  readonly environment: string;
}

/** Adds a cloud's platform to a stack. */
export function addPlatform(stack: TerraformStack, cloud: 'aws' | 'gcp', names: Names): Platform {
  return cloud === 'aws'
    ? new AwsPlatform(stack, 'platform', { ...names, region: 'eu-central-1' })
    : new GcpPlatform(stack, 'platform', { ...names, project: 'demo-project', region: 'europe-west3' });
}

/** A zone is a domain on AWS and a name on GCP. */
export function propsFor(cloud: 'aws' | 'gcp', { props }: AnyService): AnyService['props'] {
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
const platforms = new Map<Place, Platform>();
let services = 0;

/** Makes the constructs of one service, which checks its props, and synthesizes nothing. Its id is another each time. */
export function makeService(place: Place, props: AnyService['props']): void {
  if (place === 'local') {
    resolveTlsServiceProps(props);
    return;
  }
  const platform =
    platforms.get(place) ??
    addPlatform(new TerraformStack(new App(), 'contract'), place, { application: 'app', environment: 'dev' });
  platforms.set(place, platform);
  services += 1;
  const id = `service-${services}`;
  platform.tlsService(id, propsFor(place, { id, props }));
}
