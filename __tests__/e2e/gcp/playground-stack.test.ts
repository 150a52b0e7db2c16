import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildGoPrograms } from '../../../tools/artifacts/build/go-programs';
import { readPlan } from '../../../bench/fleet/plan';
import { plannedFleet } from '../../../bench/fleet/planned-fleet';
import { synthesizedStack } from '../../../bench/fleet/synthesize';
import { readArtifactManifest } from '../../../contracts/artifact-manifest';
import { synthesizeGcpStack, VARIABLES } from '../../kit/clouds/google-provider/gcp-stack';
import { GOOGLE } from '../../kit/clouds/google-provider/google-provider';
import { requireGoogleProvider } from '../../kit/clouds/google-provider/provider-suite';
import { bootMachine, gcpCloud, machineTools, startFakeGcs } from '../../kit/machines/machine';
import type { FakeGcs, GcpCloud, Machine } from '../../kit/machines/machine';
import { requireTool } from '../../kit/require-tool';
import {
  allResources,
  temporaryDirectory,
  terraformIn,
  type ResourceValues,
  type Terraform,
} from '../../kit/terraform';

/** Stands for the runner on the booted machine: it says what it was told, and that it was told to end. */
const STAND_IN_RUNNER = `#!/bin/sh
trap 'echo "drained"; exit 0' TERM
echo "takes jobs of $SANDPIPER_QUEUE"
while :; do sleep 1 & wait $!; done
`;
const mockRunner = archiveOf('bin/runner', STAND_IN_RUNNER);

jest.mock('../../../stacks/artifacts', () => ({
  ...jest.requireActual<object>('../../../stacks/artifacts'),
  playgroundArtifacts: () => {
    const fixture = path.join(__dirname, '..', '..', 'kit', 'playground', 'artifact-manifest.json');
    const { key, sha256, data } = mockRunner;
    return { ...readArtifactManifest(fixture), runner: { key, sha256, bytes: data.length } };
  },
}));

import { GcpStack } from '../../../stacks/gcp-stack';

/** Of one test at most, on a machine that is busy with others. */
jest.setTimeout(300_000);

describe('gcp-stack with the playground, through its life', () => {
  const google = requireGoogleProvider();
  const outdir = temporaryDirectory('gcp-playground');
  let directory: string;
  let terraform: Terraform;
  let applied: ResourceValues[];

  beforeAll(async () => {
    buildGoPrograms(['linux-x64'], ['user-api', 'host-agent']);
    const provider = await google.standIn();
    directory = synthesizeGcpStack(outdir, { CLOUD: 'gcp', PLAYGROUND: 'true', DELETION_PROTECTION: 'false' });
    provider.workIn(directory);
    terraform = terraformIn(directory, {
      reattached: [GOOGLE],
      environment: provider.environment,
      variables: { ...VARIABLES, runner_min_instances: 2 },
    });
    await terraform.init();
    await terraform.validate();
    await terraform.apply();
    applied = allResources(await terraform.state());
  });
  afterAll(() => fs.rmSync(outdir, { recursive: true, force: true }));

  const all = (type: string, name = ''): Readonly<Record<string, any>>[] =>
    applied
      .filter((resource) => resource.type === `google_${type}` && resource.name.includes(name))
      .map(({ values }) => values);
  const one = (type: string, name: string): Readonly<Record<string, any>> => {
    const found = all(type, name);
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  /** What a machine is told, as its boot script holds it. */
  const variablesOf = (template: string): Readonly<Record<string, string>> => {
    const { metadata } = one('compute_region_instance_template', template) as {
      metadata: Readonly<Record<string, string>>;
    };
    const [, spec] = /<<'END_OF_SPEC'\n(.*)\nEND_OF_SPEC/.exec(metadata['startup-script']!)!;
    return (JSON.parse(spec!) as { variables: Record<string, string> }).variables;
  };

  it('is simulated with the same numbers from its state as from what was synthesized', async () => {
    const synthesized = synthesizedStack('gcp-stack', GcpStack) as { variable: Record<string, { default: number }> };
    synthesized.variable.runner_min_instances!.default = 2;
    const fleet = plannedFleet(readPlan('state', await terraform.state()));
    expect(fleet).toEqual(plannedFleet(readPlan('gcp-stack', synthesized)));
    expect(fleet.minimum).toBe(2);
  });

  it('tells runners and gateways of the same queue and the same store, each in the form that the programs read', () => {
    const names = 'pubsub://demo-project/sandpiper-dev-playground-fleet';
    const engines = {
      SANDPIPER_QUEUE: `${names}-jobs/sandpiper-dev-playground-fleet-jobs`,
      SANDPIPER_DEAD_LETTERS: `${names}-dead-letters/sandpiper-dev-playground-fleet-dead-letters`,
      SANDPIPER_EVENTS: 'rediss://10.11.16.2:6379',
      SANDPIPER_EVENTS_AUTH: 'gcp-iam',
    };
    for (const template of ['fleet_base-template', 'fleet_spot-template', 'playground_instance-template']) {
      const variables = variablesOf(template);
      expect(variables).toMatchObject(engines);
      const authority = Buffer.from(variables.SANDPIPER_EVENTS_CA!, 'base64').toString();
      expect(authority).toMatch(/^-----BEGIN CERTIFICATE-----\n[^]*-----END CERTIFICATE-----$/);
    }
    expect(variablesOf('fleet_spot-template')).toMatchObject({
      SANDPIPER_MACHINE: 'gcp',
      SANDPIPER_IMAGE_SOURCE: 'gs://demo-project-sandpiper-bootstrap',
    });
    expect(variablesOf('playground_instance-template')).toMatchObject({
      SANDPIPER_BASE_SLOTS: '4',
      SANDPIPER_SLOTS: '40',
    });
  });

  it('lets runners out to Google’s APIs and the store’s one address', () => {
    const runners = one('service_account', 'playground-fleet').email as string;
    const allowed = all('compute_firewall').filter(
      ({ direction, allow, target_service_accounts: accounts }) =>
        direction === 'EGRESS' && allow.length > 0 && (accounts === null || accounts.includes(runners)),
    );
    expect(allowed.map(({ destination_ranges: ranges }) => ranges as string[]).sort()).toEqual([
      ['10.11.16.2/32'],
      ['199.36.153.4/30'],
    ]);
  });

  it('has the sizes that its variables say', () => {
    const [policy] = one('compute_region_autoscaler', 'playground-fleet').autoscaling_policy as [object];
    expect(policy).toMatchObject({ mode: 'ON', min_replicas: 1, max_replicas: 9 });
    expect(one('compute_region_instance_group_manager', 'base-group').target_size).toBe(1);
  });

  describe('has a runner, booted from the spot group’s template in the state', () => {
    if (!requireTool([...machineTools, 'go'])) return;
    let storage: FakeGcs;
    let gcp: GcpCloud;
    let machine: Machine;
    let metadata: Readonly<Record<string, string>>;

    beforeAll(async () => {
      const { cloud } = await google.standIn();
      storage = await startFakeGcs();
      gcp = gcpCloud({
        storageEndpoint: storage.endpoint,
        project: VARIABLES.gcp_project,
        region: VARIABLES.gcp_region,
      });
      for (const { state } of cloud.objects('google_storage_bucket')) await storage.createBucket(state.name as string);
      for (const { state } of cloud.objects('google_storage_bucket_object')) {
        const content = fs.readFileSync(path.join(directory, state.source as string));
        await storage.putObject(state.bucket as string, state.name as string, content);
      }
      await storage.createBucket('demo-project-sandpiper-bootstrap');
      await storage.putObject('demo-project-sandpiper-bootstrap', mockRunner.key, mockRunner.data);
      metadata = one('compute_region_instance_template', 'fleet_spot-template').metadata as typeof metadata;
      machine = await bootMachine({ cloud: gcp, bootScript: metadata['startup-script']! });
    });
    afterAll(async () => {
      await machine?.stop();
      await storage?.stop();
    });

    it('runs what the bootstrap bucket holds, told of its queue', async () => {
      await machine.until('the runner has begun', async () =>
        (await machine.journal('playground-fleet.service')).includes(
          'takes jobs of pubsub://demo-project/sandpiper-dev-playground-fleet-jobs/',
        ),
      );
      expect(gcp.refused).toEqual([]);
    });

    it('lets the runner drain when Google ends the machine', async () => {
      fs.writeFileSync(path.join(machine.root, 'shutdown-script'), metadata['shutdown-script']!, { mode: 0o755 });
      expect(await machine.exec('/shutdown-script')).toMatchObject({ code: 0 });
      expect(await machine.journal('playground-fleet.service')).toContain('drained');
      expect((await machine.exec('systemctl is-active playground-fleet')).output.trim()).toBe('inactive');
    });
  });

  it('is what was asked for: a second plan changes nothing', async () => {
    const { hasChanges } = await terraform.plan({ file: 'second.tfplan' });
    expect(hasChanges).toBe(false);
  });

  it('leaves nothing when it is destroyed', async () => {
    await terraform.destroy();
    const { cloud } = await google.standIn();
    expect(cloud.objects().map(({ state }) => state.id)).toEqual([]);
  });
});

/** An archive with one program in it, under a content-addressed key. */
function archiveOf(name: string, program: string) {
  const directory = temporaryDirectory('archive');
  const file = path.join(directory, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, program, { mode: 0o755 });
  const data = execFileSync('tar', ['-czf', '-', '-C', directory, name]);
  fs.rmSync(directory, { recursive: true, force: true });
  const sha256 = createHash('sha256').update(data).digest('hex');
  return { key: `runner/${sha256}.tar.gz`, sha256, data };
}
