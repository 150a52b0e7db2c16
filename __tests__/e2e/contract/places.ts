import { App, TerraformStack } from 'cdktf';
import * as path from 'node:path';
import { AwsPlatform } from '../../../modules/aws/aws-platform';
import { GcpPlatform } from '../../../modules/gcp/gcp-platform';
import type { Platform } from '../../../modules/platform';
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

/** Makes the constructs of one service, which checks its props, and synthesizes nothing. */
export function check(
  place: Place,
  service: AnyService,
  names: Names = { application: 'app', environment: 'dev' },
): void {
  if (place === 'local') {
    resolveTlsServiceProps(service.props);
    return;
  }
  addPlatform(new TerraformStack(new App(), 'contract'), place, names).tlsService(service.id, propsFor(place, service));
}
