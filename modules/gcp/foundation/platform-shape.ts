import type { Shape } from '../../props/shape';
import type { GcpPlatformProps } from './platform-props';

/** What the props of the platform are, and which may be Terraform values. */
export const GCP_PLATFORM_SHAPE: Shape<GcpPlatformProps> = {
  application: 'text',
  environment: 'text required',
  tags: 'map',
  'tags.*': 'text terraform',
  deletionProtection: 'flag',
  hostAgents: 'map',
  'hostAgents.*': 'any',
  project: 'text required terraform',
  region: 'text required terraform',
  existingNetwork: 'object',
  'existingNetwork.network': 'text required terraform',
  'existingNetwork.subnetwork': 'text required terraform',
  'existingNetwork.runnerSubnetwork': 'text terraform',
  'existingNetwork.googleApiRanges': 'list',
  'existingNetwork.googleApiRanges[]': 'text',
  existingKeyId: 'text terraform',
  cidr: 'text',
  runnerCidr: 'text',
  eventStoreCidr: 'text',
};
