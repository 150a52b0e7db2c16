import { readSettings } from '../../stacks/settings';

const settings = (env: Record<string, string>, context: Record<string, unknown> = {}) =>
  readSettings({ env, context: (key) => context[key] });

describe('readSettings', () => {
  it('needs nothing', () => {
    expect(settings({})).toMatchObject({
      cloud: undefined,
      application: 'sandpiper',
      environment: 'dev',
      certificate: 'managed',
      hasDomain: true,
      deletionProtection: true,
      firewall: undefined,
      variableDefaults: {},
    });
  });

  it('takes the context of cdktf.json, and the environment before it', () => {
    expect(settings({}, { cloud: 'gcp' }).cloud).toBe('gcp');
    expect(settings({ CLOUD: 'aws' }, { cloud: 'gcp' }).cloud).toBe('aws');
  });

  it('pre-fills variables', () => {
    expect(settings({ DOMAIN: 'example.com', AWS_REGION: 'eu-central-1' }).variableDefaults).toEqual({
      domain: 'example.com',
      aws_region: 'eu-central-1',
    });
  });

  it('takes DOMAIN=none for a service without a name, whose certificate exists already', () => {
    expect(settings({ DOMAIN: 'none' })).toMatchObject({
      hasDomain: false,
      certificate: 'existing',
      variableDefaults: {},
    });
  });

  it.each<[string, Record<string, string>]>([
    ['CLOUD', { CLOUD: 'azure' }],
    ['ENVIRONMENT', { ENVIRONMENT: 'production-in-europe' }],
    ['ENVIRONMENT', { ENVIRONMENT: 'Dev' }],
    ['APPLICATION', { APPLICATION: 'a'.repeat(13) }],
    ['CERTIFICATE', { CERTIFICATE: 'plain' }],
    ['CERTIFICATE', { CERTIFICATE: 'managed', DOMAIN: 'none' }],
    ['NETWORK', { NETWORK: 'mine' }],
    ['FIREWALL', { FIREWALL: 'yes' }],
    ['DNS_FIREWALL', { DNS_FIREWALL: 'yes' }],
    ['DNS_FIREWALL', { DNS_FIREWALL: 'true', NETWORK: 'existing' }],
    ['PLAYGROUND', { PLAYGROUND: 'yes' }],
    ['DELETION_PROTECTION', { DELETION_PROTECTION: '0' }],
    ['OPERATOR_ACCESS', { OPERATOR_ACCESS: 'ssh' }],
    ['ARCHITECTURE', { ARCHITECTURE: 'amd64' }],
    ['ARTIFACTS', { ARTIFACTS: 'local' }],
    ['TF_CLOUD_HOSTNAME', { TF_CLOUD_HOSTNAME: 'app.terraform.io' }],
  ])('names the setting %s when it is wrong', (name, env) => {
    expect(() => settings(env)).toThrow(new RegExp(`^${name}: `));
  });
});
