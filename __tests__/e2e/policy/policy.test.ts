import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildGoPrograms } from '../../../tools/artifacts/build/go-programs';
import { readArtifactManifest } from '../../../contracts/artifact-manifest';
import { runCheckov, type CheckovResult } from '../../kit/checkov/checkov';
import { compareWithExceptions, readExceptions } from '../../kit/checkov/exceptions';
import { requireTool } from '../../kit/require-tool';
import { AWS_MUTATIONS } from './aws-mutations';
import { planAwsStacks } from './aws-plans';
import { GCP_MUTATIONS } from './gcp-mutations';
import { planGcpStacks } from './gcp-plans';
import { mutate } from './mutations';
import type { PlannedStack } from './planned-stack';
import { AWS_RULES } from './rules/aws';
import { GCP_RULES } from './rules/gcp';
import { findBreaches } from './rules/rule';

// What the archives hold is of no matter to a plan.
jest.mock('../../../stacks/artifacts', () => ({
  ...jest.requireActual<object>('../../../stacks/artifacts'),
  playgroundArtifacts: () =>
    readArtifactManifest(path.join(__dirname, '..', '..', 'kit', 'playground', 'artifact-manifest.json')),
}));

/** Of the plans and the scan, on a machine that is busy with others. */
const LIFE_SECONDS = 600;
/** The defaults, with the playground: each cloud's first stack. */
const PLAYGROUND = { PLAYGROUND: 'true' };
/** Every part that a setting adds. */
const EVERYTHING = { ...PLAYGROUND, FIREWALL: 'true', OPERATOR_ACCESS: 'cloud-tunnel' };

describe('policy', () => {
  if (!requireTool(['terraform', 'moto_server', 'checkov', 'go'])) return;
  const exceptions = readExceptions(
    fs.readFileSync(path.join(__dirname, '../../../docs/policy-exceptions.md'), 'utf8'),
  );
  let stacks: { readonly aws: readonly PlannedStack[]; readonly gcp: readonly PlannedStack[] };
  let scanned: CheckovResult;

  beforeAll(async () => {
    buildGoPrograms(['linux-x64'], ['user-api', 'host-agent']);
    const [aws, gcp] = await Promise.all([
      planAwsStacks([PLAYGROUND, { ...EVERYTHING, DNS_FIREWALL: 'true' }]),
      planGcpStacks([PLAYGROUND, { ...EVERYTHING, ENCRYPTION_KEY: 'existing' }]),
    ]);
    stacks = { aws, gcp };
    scanned = await runCheckov([...aws, ...gcp].map(({ plan }) => plan));
  }, LIFE_SECONDS * 1000);

  const resources = (cloud: 'aws' | 'gcp') => stacks[cloud][1]!.resources;

  it("knows each breach of Checkov's rules and of ours, and no other", () => {
    const ours = [...findBreaches(AWS_RULES, resources('aws')), ...findBreaches(GCP_RULES, resources('gcp'))];
    expect(compareWithExceptions([...scanned.failed, ...ours], exceptions)).toEqual({ undocumented: [], stale: [] });
  });

  it('is scanned by rules that look at the stacks', () => {
    expect(scanned.passed).toBeGreaterThan(800);
  });

  it('makes the same promises on both clouds', () => {
    expect(AWS_RULES.map(({ id }) => id)).toEqual(GCP_RULES.map(({ id }) => id));
  });

  describe.each([
    ['aws', AWS_RULES, AWS_MUTATIONS],
    ['gcp', GCP_RULES, GCP_MUTATIONS],
  ] as const)('on %s', (cloud, rules, mutations) => {
    it.each(mutations)('$rule refuses $what', (mutation) => {
      const before = findBreaches(rules, resources(cloud));
      const after = findBreaches(rules, mutate(resources(cloud), mutation));
      const isNew = ({ check, resource, problem }: (typeof after)[number]) =>
        !before.some((old) => old.check === check && old.resource === resource && old.problem === problem);
      expect(new Set(after.filter(isNew).map(({ check }) => check))).toContain(mutation.rule);
    });

    it('has a change that breaks each rule', () => {
      expect(rules.map(({ id }) => id).filter((id) => !mutations.some(({ rule }) => rule === id))).toEqual([]);
    });
  });
});

describe("Checkov's exit", () => {
  if (!requireTool('checkov')) return;
  it('is an error where a plan cannot be read', async () => {
    await expect(runCheckov([{} as never])).rejects.toThrow(/checkov/);
  }, 60_000);
});
