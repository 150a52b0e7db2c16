/**
 * Settings of the stacks that together reach every part of them. Tests hold the resource addresses of each, and `synth-diff` compares what
 * each synthesizes.
 */
export const stackVariants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  default: {},
  playground: { PLAYGROUND: 'true' },
  'everything on': {
    PLAYGROUND: 'true',
    FIREWALL: 'true',
    DNS_FIREWALL: 'true',
    OPERATOR_ACCESS: 'cloud-tunnel',
    ARCHITECTURE: 'arm64',
    DELETION_PROTECTION: 'false',
    DOMAIN: 'example.com',
    ALARM_EMAILS: 'ops@example.com',
    TF_CLOUD_ORGANIZATION: 'example',
  },
  'everything existing': {
    PLAYGROUND: 'true',
    NETWORK: 'existing',
    ENCRYPTION_KEY: 'existing',
    PERMISSIONS_BOUNDARY: 'existing',
    CERTIFICATE: 'existing',
    DOMAIN: 'none',
    ARTIFACTS: 'pushed',
  },
};
