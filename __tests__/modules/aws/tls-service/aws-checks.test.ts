import { InvalidPropError } from '../../../../modules/props/invalid-prop';
import { existingCertificates } from '../../../../modules/tls-service/certificate-source';
import { existing } from '../../../../modules/tls-service/secret-source';
import { synthesizeAws, type AwsChange } from '../../../kit/synthesize/aws';

jest.mock('../../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

const network = { vpcId: 'vpc-1', publicSubnetIds: ['a', 'b'], privateSubnetIds: ['c', 'd'] };
const many = (count: number) => Array.from({ length: count }, (_, index) => `/path-${index}`);

describe('what only AWS limits', () => {
  it.each<[string, AwsChange]>([
    ['id', { id: 'User-Api' }],
    ['id', { id: 'a-name-that-is-too-long' }],
    ['application', { platform: { application: 'internal' } }],
    ['application', { platform: { application: 'Sand_Piper' } }],
    ['environment', { platform: { environment: 'production-in-europe' } }],
    ['region', { platform: { region: 'europe' } }],
    ['region', { platform: { region: '' } }],
    ['zoneCount', { platform: { zoneCount: 1 } }],
    ['zoneCount', { platform: { zoneCount: 5 } }],
    ['zoneCount', { platform: { zoneCount: 2, existingNetwork: network } }],
    ['cidr', { platform: { cidr: '8.8.0.0/16' } }],
    ['cidr', { platform: { cidr: '10.0.0.0/24' } }],
    ['cidr', { platform: { cidr: '10.300.0.0/16' } }],
    ['cidr', { platform: { cidr: '10.0.0.0/16', existingNetwork: network } }],
    ['existingKeyArn', { platform: { existingKeyArn: 'alias/mine' } }],
    ['permissionsBoundaryArn', { platform: { permissionsBoundaryArn: 'bound' } }],
    ['flowLogRetentionDays', { platform: { flowLogRetentionDays: 100 } }],
    ['existingNetwork.vpcId', { platform: { existingNetwork: { ...network, vpcId: '' } } }],
    ['existingNetwork.publicSubnetIds', { platform: { existingNetwork: { ...network, publicSubnetIds: ['a'] } } }],
    [
      'existingNetwork.privateSubnetIds',
      { platform: { existingNetwork: { ...network, privateSubnetIds: ['a', 'a'] } } },
    ],
    ['tags', { platform: { tags: { 'aws:x': 'y' } } }],
    ['tags.team', { service: { tags: { team: 'a|b' } } }],
    ['tags', { service: { tags: Object.fromEntries(many(41).map((name) => [name, 'x'])) } }],
    ['baseImage', { service: { baseImage: 'debian-12' } }],
    ['aws.sslPolicy', { service: { aws: { sslPolicy: 'ELBSecurityPolicy-2016-08' } } }],
    ['aws.sslPolicy', { service: { aws: { sslPolicy: 'ELBSecurityPolicy-TLS13-1-0-2021-06' } } }],
    ['aws.instanceType', { service: { aws: { instanceType: 'large' } } }],
    ['aws.instanceType', { service: { aws: { instanceType: 'm7g.large' } } }],
    ['aws.instanceType', { service: { architecture: 'arm64', aws: { instanceType: 'g4dn.xlarge' } } }],
    ['aws.targetRequestsPerMinute', { service: { aws: { targetRequestsPerMinute: 0 } } }],
    ['publicPaths', { service: { publicPaths: many(301) } }],
    ['hostNames[0]', { service: { hostNames: [`${'a'.repeat(60)}.example.com`] } }],
    ['hostNames[1]', { service: { hostNames: ['a.example.com', 'a.xn--p1ai'] } }],
    ['hostNames[1]', { service: { hostNames: ['a.example.com', `${`${'b'.repeat(60)}.`.repeat(2)}example.com`] } }],
    ['certificate.ids[0]', { service: { certificate: existingCertificates('one') } }],
    ['secrets.TOKEN.id', { service: { secrets: { TOKEN: existing('token') } } }],
    [
      'secrets.TOKEN.id',
      { service: { secrets: { TOKEN: existing('arn:aws:secretsmanager:eu-west-1:123456789012:secret:token') } } },
    ],
    ['artifact.path', { service: { artifact: { kind: 'binary', path: '/does/not/exist' } } }],
  ])('%s is refused by its name: %j', (prop, change) => {
    let refusal: unknown;
    try {
      synthesizeAws(change);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(InvalidPropError);
    expect((refusal as InvalidPropError).prop).toBe(prop);
  });

  it.each<[string, AwsChange]>([
    ['300 paths, in 100 rules', { service: { publicPaths: many(300) } }],
    ['a Graviton type for arm64', { service: { architecture: 'arm64', aws: { instanceType: 'c7gn.large' } } }],
    ['a GPU type for x64', { service: { aws: { instanceType: 'g4dn.xlarge' } } }],
    ['a region of another partition', { platform: { region: 'us-gov-west-1' } }],
    ['four zones', { platform: { zoneCount: 4, cidr: '192.168.0.0/20' } }],
  ])('%s: taken', (_, change) => {
    expect(synthesizeAws(change).all('lb')).toHaveLength(1);
  });
});
