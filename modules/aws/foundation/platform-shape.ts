import type { Shape } from '../../props/shape';
import type { AwsPlatformProps } from './platform-props';

/** What the props of the platform are, and which may be Terraform values. */
export const AWS_PLATFORM_SHAPE: Shape<AwsPlatformProps> = {
  application: 'text',
  environment: 'text required',
  tags: 'map',
  'tags.*': 'text terraform',
  deletionProtection: 'flag',
  hostAgents: 'map',
  'hostAgents.*': 'any',
  region: 'text required terraform',
  existingNetwork: 'object',
  'existingNetwork.vpcId': 'text required terraform',
  'existingNetwork.publicSubnetIds': 'list required terraform',
  'existingNetwork.publicSubnetIds[]': 'text terraform',
  'existingNetwork.privateSubnetIds': 'list required terraform',
  'existingNetwork.privateSubnetIds[]': 'text terraform',
  existingKeyArn: 'text terraform',
  permissionsBoundaryArn: 'text terraform',
  cidr: 'text',
  zoneCount: 'number',
  zones: 'list terraform',
  'zones[]': 'text terraform',
  flowLogRetentionDays: 'number terraform',
  dnsFirewall: 'flag',
};
