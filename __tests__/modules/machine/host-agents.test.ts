import { TerraformStack, Testing } from 'cdktf';
import { AwsPlatform } from '../../../modules/aws/platform';
import type { HostAgents } from '../../../modules/machine/host-agents';
import { GcpPlatform } from '../../../modules/gcp/platform';
import { InvalidPropError } from '../../../modules/props/invalid-prop';
import { pushedBinary } from '../../../modules/machine/artifact';
import { existingCertificates } from '../../../modules/tls-service/certificate-source';
import { PLATFORM as AWS } from '../../kit/synthesize/aws';
import { PLATFORM as GCP } from '../../kit/synthesize/gcp';

const SHA256 = 'a'.repeat(64);
const AGENT = { key: `host-agent/${SHA256}`, sha256: SHA256 };
const CERTIFICATES = {
  aws: 'arn:aws:acm:eu-central-1:123456789012:certificate/one',
  gcp: 'projects/demo-project/locations/global/certificates/one',
} as const;

describe.each(['aws', 'gcp'] as const)('host agents that were pushed, on %s', (cloud) => {
  const deploy = (hostAgents: HostAgents, architecture: 'x64' | 'arm64' = 'x64') => {
    const stack = new TerraformStack(Testing.app(), 'stack');
    const platform =
      cloud === 'aws'
        ? new AwsPlatform(stack, 'platform', { ...AWS, hostAgents })
        : new GcpPlatform(stack, 'platform', { ...GCP, hostAgents });
    return platform.tlsService('api', {
      artifact: pushedBinary({ key: `api/${SHA256}`, sha256: SHA256 }),
      publicPaths: ['/v1/user'],
      certificate: existingCertificates(CERTIFICATES[cloud]),
      architecture,
    });
  };
  const refused = (work: () => unknown): InvalidPropError => {
    try {
      work();
    } catch (error) {
      return error as InvalidPropError;
    }
    throw new Error('nothing was refused');
  };

  it('need not be built here', () => {
    expect(() => deploy({ x64: AGENT })).not.toThrow();
  });

  it('are refused by their name unless the key is content-addressed', () => {
    expect(refused(() => deploy({ x64: { ...AGENT, key: 'host-agent' } })).prop).toBe('hostAgents.x64.key');
    expect(refused(() => deploy({ arm64: { ...AGENT, sha256: 'A' } })).prop).toBe('hostAgents.arm64.sha256');
  });

  it('are refused when machines are of an architecture that none is for: it is never uploaded unasked', () => {
    const error = refused(() => deploy({ x64: AGENT }, 'arm64'));
    expect(error).toBeInstanceOf(InvalidPropError);
    expect(error.message).toMatch(/^hostAgents\.arm64: undefined must name the host agent of arm64 machines/);
  });
});
