import { DEMAND_METRICS, JOB_METRICS, SPOT_SLOTS_WANTED } from '../../../contracts/metrics';
import { AWS_SCALING_DEFAULTS } from '../../../modules/aws/sandbox-fleet/defaults';
import { GCP_SCALING_DEFAULTS } from '../../../modules/gcp/sandbox-fleet/defaults';
import { binary, pushed } from '../../../modules/machine/artifact';
import { makePlayground, sha, synthesizePlayground, type PlaygroundChange } from '../../kit/synthesize/playground';
import { refusedProp } from '../../kit/contract-suites/refused-prop';
import { sandboxFleetContract } from '../../kit/contract-suites/sandbox-fleet';
import { newScope } from '../../kit/contract-suites/scope';

const SCALING_DEFAULTS = { aws: AWS_SCALING_DEFAULTS, gcp: GCP_SCALING_DEFAULTS };

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

const CLOUDS = ['aws', 'gcp'] as const;

describe.each(CLOUDS)('a playground on %s', (cloud) => {
  const { playground, resources, one } = synthesizePlayground(cloud);

  it('tells gateways the law’s defaults of this cloud', () => {
    expect(playground.fleet.gatewayEnvironment).toMatchObject({
      SANDPIPER_MEAN_JOB_MS: String(SCALING_DEFAULTS[cloud].meanJobSeconds * 1000),
      SANDPIPER_UTILIZATION: String(SCALING_DEFAULTS[cloud].utilizationPercent),
      SANDPIPER_CLEAR_SECONDS: String(SCALING_DEFAULTS[cloud].clearSeconds),
      SANDPIPER_SLOTS: '40',
    });
  });

  it('tells gateways the numbers that were given instead, and keeps the defaults of the others', () => {
    const { playground: other } = synthesizePlayground(cloud, { fleet: { scaling: { clearSeconds: 77 } } });
    expect(other.fleet.gatewayEnvironment).toMatchObject({
      SANDPIPER_UTILIZATION: String(SCALING_DEFAULTS[cloud].utilizationPercent),
      SANDPIPER_CLEAR_SECONDS: '77',
    });
  });

  it('ends a job in the queue and on gateways in time for its longest, and makes runners keep to it', () => {
    const { playground: long, resources: changed } = synthesizePlayground(cloud, {
      fleet: { maximumJobSeconds: 1800 },
    });
    expect(playground.fleet.gatewayEnvironment.SANDPIPER_DEADLINE_SECONDS).toBe('300');
    expect(long.fleet.gatewayEnvironment.SANDPIPER_DEADLINE_SECONDS).toBe('3660');
    const text = JSON.stringify([resources, changed]);
    expect(text).toMatch(
      cloud === 'aws' ? /"message_retention_seconds":3660\b/ : /"message_retention_duration":"3660s"/,
    );
  });

  it('makes the sandboxes of no default language wait that the fleet does not have', () => {
    const { locals, resources: changed } = synthesizePlayground(cloud, { fleet: { languages: ['bash', 'lua'] } });
    const text = JSON.stringify([locals, changed]).replaceAll('\\', '');
    expect(text).toContain('"SANDPIPER_HOT_LANGUAGES":"bash"');
  });

  it('tells gateways where the demand is published: for this application, environment and fleet', () => {
    expect(playground.fleet.gatewayEnvironment.SANDPIPER_DEMAND).toMatch(
      /^(?:cloudwatch:eu-central-1|monitoring:demo-project\/europe-west3)\/sandpiper-dev\/playground-fleet$/,
    );
  });

  it('looks at published metrics by names that gateways are to publish, and at each of them', () => {
    const published = [...DEMAND_METRICS, ...JOB_METRICS, ...(cloud === 'gcp' ? [SPOT_SLOTS_WANTED] : [])];
    const names = cloud === 'aws' ? published : published.map(snakeCase);
    const seen =
      cloud === 'aws'
        ? /\["Sandpiper","(\w+)"|"metric_name":"(\w+)","namespace":"Sandpiper"/g
        : /custom[._]googleapis[._]com(?:\/sandpiper\/|:sandpiper_)(\w+?)(?:_bucket)?\b/g;
    // A dashboard is text in a text.
    const text = JSON.stringify(resources).replaceAll('\\"', '"');
    const found = [...text.matchAll(seen)].map(([, inDashboard, inAlarm]) => inDashboard ?? inAlarm);
    expect([...new Set(found)].sort()).toEqual([...names].sort());
  });

  it('draws the same six graphs', () => {
    const text =
      cloud === 'aws'
        ? (one('cloudwatch_dashboard', 'playground-fleet').dashboard_body as string)
        : (one('monitoring_dashboard', 'playground-fleet').dashboard_json as string);
    expect([...text.matchAll(/"title":"([^"]+)"/g)].map(([, title]) => title)).toEqual([
      'Demand and machines',
      'Jobs',
      'Waits in seconds',
      'Ends of jobs, a minute',
      'Queues',
      'Front',
    ]);
  });

  it.each<[string, PlaygroundChange]>([
    ['runner.kind', { fleet: { runner: binary(__filename) } }],
    ['runner.key', { fleet: { runner: pushed({ key: 'runner.tar.gz', sha256: sha('2') }, ['bin/runner']) } }],
    ['runner.sha256', { fleet: { runner: pushed({ key: 'runner/x.tar.gz', sha256: 'x' }, ['bin/runner']) } }],
    ['baseImage', { fleet: { baseImage: 'debian' } }],
  ])('refuses a wrong %s by its name', (prop, change) => {
    expect(refusedProp(() => synthesizePlayground(cloud, change))).toBe(prop);
  });
});

for (const cloud of [...CLOUDS, 'local'] as const) sandboxFleetContract(cloud);

describe('a fleet on this machine', () => {
  const local = (change: PlaygroundChange) => () => makePlayground(newScope('local'), 'local', change);

  it('refuses a runner that is not the program of the gateway', () => {
    expect(refusedProp(local({ fleet: { runner: binary('/bin/true') } }))).toBe('runner');
  });

  it('takes the engines that the platform was given', () => {
    const { playground } = local({ local: { events: 'redis://127.0.0.1:6379', queue: 'https://sqs.test/1/jobs' } })();
    expect(playground.fleet.gatewayEnvironment).toMatchObject({
      SANDPIPER_EVENTS: 'redis://127.0.0.1:6379',
      SANDPIPER_QUEUE: 'https://sqs.test/1/jobs',
    });
  });
});

it.each<[string, 'aws' | 'gcp', PlaygroundChange]>([
  ['imageKeys', 'aws', { fleet: { imageKeys: Array.from({ length: 61 }, (_, index) => `images/${index}`) } }],
  ['imageKeys[0]', 'gcp', { fleet: { imageKeys: ['python.squashfs'] } }],
  ['tags', 'gcp', { fleet: { tags: { Team: 'core' } } }],
  ['replicas', 'gcp', { eventStore: { replicas: 3 } }],
  ['runnerCidr', 'gcp', { gcp: { runnerCidr: '10.10.8.0/21' } }],
  ['runnerCidr', 'gcp', { gcp: { runnerCidr: '11.0.0.0/20' } }],
  ['eventStoreCidr', 'gcp', { gcp: { eventStoreCidr: '10.11.0.0/29' } }],
  ['runnerCidr', 'gcp', { gcp: { runnerCidr: '10.20.0.0/20', existingNetwork: { network: 'n', subnetwork: 's' } } }],
])('refuses a %s that only %s does not take', (prop, cloud, change) => {
  expect(refusedProp(() => synthesizePlayground(cloud, change))).toBe(prop);
});

function snakeCase(name: string): string {
  return name.replace(/\B[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
