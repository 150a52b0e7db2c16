import * as fs from 'node:fs';
import * as path from 'node:path';
import { toMarkdown } from '../../../tools/flows/markdown';
import type { FlowReport } from '../../../tools/flows/flow';
import { reportFlows, runnersOf } from '../../../tools/flows/report';
import { readArtifactManifest } from '../../../contracts/artifact-manifest';
import { requireTool } from '../../kit/require-tool';
import { AWS_HARMLESS, AWS_MUTATIONS, NAME_MUTATIONS } from './aws-mutations';
import { editPlan } from './edit-plan';
import { GCP_HARMLESS, GCP_MUTATIONS } from './gcp-mutations';
import { planAwsPlaygrounds, planGcpPlaygrounds, type PlannedPlayground } from './plans';

const mockPrograms = path.join(__dirname, 'programs');

// What the machines run is of no matter to a plan.
jest.mock('../../../modules/machine/host-agent-binary', () => ({
  hostAgentBinary: () => `${mockPrograms}/host-agent`,
}));
jest.mock('../../../stacks/artifacts', () => ({
  programPath: (program: string) => `${mockPrograms}/${program}`,
  playgroundArtifacts: () =>
    readArtifactManifest(path.join(__dirname, '..', '..', 'kit', 'playground', 'artifact-manifest.json')),
}));

const DOCUMENT = path.join(__dirname, '../../../docs/flows.md');
const FLEET = 'playground-fleet';
/** Every part that a setting adds. */
const EVERYTHING = { FIREWALL: 'true', OPERATOR_ACCESS: 'cloud-tunnel' };
type Variant = 'aws' | 'aws with everything' | 'gcp' | 'gcp with everything';
/** Of both plans, on a machine that is busy with others. */
const LIFE_SECONDS = 300;

const report = ({ plan, configuration }: PlannedPlayground): FlowReport => {
  const [only, ...others] = reportFlows(plan, configuration);
  expect(others).toEqual([]);
  return only!;
};
const openings = (planned: PlannedPlayground): string[] =>
  report(planned).openings.map(({ address, problem }) => `${address} ${problem}`);
/** Whom runners reach, and at which ports. */
const reached = ({ flows }: FlowReport): string[] =>
  [...new Set(flows.filter(({ from }) => from.name === FLEET).map(({ to, ports }) => `${to.name}: ${ports}`))].sort();

describe('isolation of runners', () => {
  if (!requireTool(['terraform', 'moto_server'])) return;
  let planned: Readonly<Record<Variant, PlannedPlayground>>;

  beforeAll(async () => {
    const [[aws, awsWhole], [gcp, gcpWhole]] = await Promise.all([
      planAwsPlaygrounds([{}, { ...EVERYTHING, DNS_FIREWALL: 'true' }]),
      planGcpPlaygrounds([{}, EVERYTHING]),
    ]);
    planned = { aws: aws!, 'aws with everything': awsWhole!, gcp: gcp!, 'gcp with everything': gcpWhole! };
  }, LIFE_SECONDS * 1000);

  it('on AWS: runners reach the services that they work with, and nothing else', () => {
    const aws = report(planned.aws);
    expect(runnersOf(aws)).toEqual([FLEET]);
    expect(openings(planned.aws)).toEqual([]);
    expect(reached(aws)).toEqual([
      "VPC's DNS resolver: udp 53, tcp 53",
      'autoscaling (interface endpoint): tcp 443',
      'event store: tcp 6379',
      'logs (interface endpoint): tcp 443',
      'metadata service 169.254.169.254: tcp 80',
      's3 (gateway endpoint): tcp 443',
      'sqs (interface endpoint): tcp 443',
      'time 169.254.169.123: udp 123',
    ]);
  });

  it("on GCP: runners reach Google's restricted APIs and the event store, and nothing else", () => {
    const gcp = report(planned.gcp);
    expect(new Set(runnersOf(gcp))).toEqual(new Set([FLEET]));
    expect(openings(planned.gcp)).toEqual([]);
    expect(reached(gcp)).toEqual([
      'Google APIs (restricted.googleapis.com): tcp 443',
      'event store: tcp 6379',
      'metadata server 169.254.169.254: tcp 80',
      'metadata server 169.254.169.254: udp 123',
      'metadata server 169.254.169.254: udp 53, tcp 53',
    ]);
  });

  it('on AWS, with DNS Firewall: no name leaves that somebody else learns', () => {
    const guarded = report(planned['aws with everything']);
    expect(guarded.openings).toEqual([]);
    expect(guarded.remains).toEqual([]);
    const names = guarded.flows.filter(({ from, why }) => from.name === FLEET && why === 'Names');
    expect(names.map(({ limit }) => limit)).toEqual([
      '*.cache.amazonaws.com, *.ec2.internal, *.eu-central-1.amazonaws.com, *.eu-central-1.compute.internal',
    ]);
  });

  it.each(['aws', 'gcp'] as const)('on %s: nobody opens connections to runners', (cloud) => {
    expect(report(planned[cloud]).flows.filter(({ to }) => to.name === FLEET)).toEqual([]);
  });

  it.each([
    ['aws with everything', "operators' tunnel"],
    ['gcp with everything', 'operators through Identity-Aware Proxy'],
  ] as const)('on %s: only operators do', (variant, operators) => {
    expect(openings(planned[variant])).toEqual([]);
    const flows = report(planned[variant]).flows.filter(({ to }) => to.name === FLEET);
    expect(new Set(flows.map(({ from, ports }) => `${from.name}: ${ports}`))).toEqual(
      new Set([`${operators}: tcp 22`]),
    );
  });

  it('takes what a plan does not tell to be open', () => {
    const { plan } = planned.gcp;
    expect(openings({ plan, configuration: {} })).toEqual([
      expect.stringMatching(/runners-to-event-store\S* lets runners out to \$\{local\./),
    ]);
  });

  describe.each([
    ['aws', AWS_MUTATIONS, AWS_HARMLESS],
    ['aws with everything', NAME_MUTATIONS, AWS_HARMLESS],
    ['gcp', GCP_MUTATIONS, GCP_HARMLESS],
  ] as const)('on %s', (cloud, mutations, harmless) => {
    it.each(mutations)('finds $what', ({ change, opening }) => {
      expect(openings(editPlan(planned[cloud], change))).toContainEqual(expect.stringMatching(opening));
    });

    it.each(harmless)('does not mind $what', ({ change }) => {
      expect(openings(editPlan(planned[cloud], change))).toEqual([]);
    });
  });

  it('is written down as it is: docs/flows.md', () => {
    const text = `${HEADING}\n\n${[planned.aws, planned.gcp].map((one) => toMarkdown(report(one))).join('\n\n')}\n`;
    if (process.env.UPDATE_FLOWS === 'true') fs.writeFileSync(DOCUMENT, text);
    expect(fs.readFileSync(DOCUMENT, 'utf8')).toBe(text);
  });
});

const HEADING = `# Flows

Every connection that the plans of both stacks let through, with \`PLAYGROUND=true\` and the other settings at their defaults. Made from the
plans by \`UPDATE_FLOWS=true ./sandpiper test isolation\`, which CI compares with this file: do not edit it. The same of a plan of yours,
with whatever opens a way out of a runner:

<!-- check: parses -->
\`\`\`sh
cd cdktf.out/stacks/aws-stack
terraform plan -out=plan.tfplan
terraform show -json plan.tfplan | ../../../sandpiper flows --configuration cdk.tf.json -
\`\`\`

A machine that stands behind no load balancer is held to be a runner. Addresses, routes, rules, endpoints and rights are locks of their own:
each must hold though the others were open. A kind of resource that may lead out of a network and is not followed (a peering, a
tunnel) counts as a way out, and so does what the plan does not tell. Nothing that a runner reaches forwards connections: endpoints and
the event store answer, and their own rights are theirs.`;
