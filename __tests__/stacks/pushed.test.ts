import * as fs from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdktf';
import type { Cloud } from '../../modules/props/cloud';
import { readSettings } from '../../stacks/settings';
import { temporaryDirectory } from '../kit/terraform';

const mockSupport = path.join(__dirname, '../kit/playground');

// What was built, and nothing of it is here.
jest.mock('../../stacks/artifacts', () => ({
  programPath: () => __filename,
  playgroundArtifacts: () =>
    jest
      .requireActual<typeof import('../../contracts/artifact-manifest')>('../../contracts/artifact-manifest')
      .readArtifactManifest(`${mockSupport}/artifact-manifest.json`),
  pushedPrograms: (architecture: 'x64' | 'arm64') =>
    jest
      .requireActual<typeof import('../../modules/machine/program-manifest')>('../../modules/machine/program-manifest')
      .readProgramManifest(`${mockSupport}/program-manifest.json`).programs[architecture],
}));
jest.mock('../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

import { AwsStack } from '../../stacks/aws-stack';
import { GcpStack } from '../../stacks/gcp-stack';

const sha = (digit: number): string => String(digit).padStart(64, '0');
const GATEWAY = `gateway/${sha(1)}.tar.gz`;
const RUNNER = `runner/${sha(2)}.tar.gz`;
const AGENT_X64 = `host-agent/${sha(5)}`;
const USER_API_ARM64 = `user-api/${sha(6)}`;
const AGENT_ARM64 = `host-agent/${sha(7)}`;

/** The bootstrap bucket's name on GCP; on AWS it ends in the account's number, which Terraform asks for. */
const GCP_BUCKET = '${var.gcp_project}-sandpiper-bootstrap';
const OBJECT = { aws: 'aws_s3_object', gcp: 'google_storage_bucket_object' } as const;

interface Synthesized {
  readonly text: string;
  readonly resource: Record<string, Record<string, any>>;
  /** Files of the stack's directory. */
  readonly files: readonly string[];
}

function synthesize(cloud: Cloud, settings: Readonly<Record<string, string>>): Synthesized {
  const outdir = temporaryDirectory('pushed');
  const app = new App({ outdir });
  new (cloud === 'aws' ? AwsStack : GcpStack)(
    app,
    'stack',
    readSettings({ env: { PLAYGROUND: 'true', ...settings }, context: () => undefined }),
  );
  app.synth();
  const directory = path.join(outdir, 'stacks/stack');
  const text = fs.readFileSync(path.join(directory, 'cdk.tf.json'), 'utf8');
  const files = fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  fs.rmSync(outdir, { recursive: true });
  return { text, files, ...(JSON.parse(text) as Pick<Synthesized, 'resource'>) };
}

/** The machine specs of all boot scripts, by service, their Terraform values left as text. */
function specsOf({ text }: Synthesized): Record<string, any> {
  const scripts: string[] = [];
  JSON.parse(text, (_, value: unknown) => {
    if (typeof value === 'string' && value.includes('{"schemaVersion"')) scripts.push(value);
    return value;
  });
  const specs = scripts.map((script) => {
    const begin = script.indexOf('{"schemaVersion"');
    const line = script.slice(begin, script.indexOf('\n', begin));
    const known = line.replace(/:\$\{jsonencode\([^}]*\)\}/g, ':0');
    return JSON.parse(known.replace(/\$\{trimprefix\(.*?\[(\S+?)\]\)\),.*?\)\}/g, '${$1}')) as { service: string };
  });
  return Object.fromEntries(specs.map((spec) => [spec.service, spec]));
}

/** Keys of the bootstrap bucket's objects that a policy or condition names, and whatever else of objects it names. */
function readableOf(cloud: Cloud, { resource }: Synthesized, id: string): string[] {
  if (cloud === 'gcp') {
    const members = Object.entries(resource.google_storage_bucket_iam_member!);
    const own = members.filter(([name]) => new RegExp(`_${id}_read-[a-z]+_[0-9A-F]+$`).test(name));
    expect(own.map(([, { bucket, role }]) => [bucket as string, role as string])).toEqual([
      [GCP_BUCKET, 'roles/storage.objectViewer'],
    ]);
    return (own[0]![1].condition.expression as string).split(' || ');
  }
  const own = Object.entries(resource.aws_iam_role_policy!).filter(([name]) => name.startsWith(`platform_${id}_`));
  const statements = own.flatMap(([, { policy }]) => {
    type Statement = { readonly Sid: string; readonly Action: unknown; readonly Resource: string | string[] };
    return (JSON.parse(policy as string) as { Statement: Statement[] }).Statement;
  });
  const reads = statements.filter(({ Action }) => JSON.stringify(Action).includes('s3:'));
  expect(reads.map(({ Sid, Action }) => [Sid, Action])).toEqual([
    ['ReadPushedPrograms', ['s3:GetObject', 's3:GetObjectVersion']],
  ]);
  return [reads[0]!.Resource].flat();
}

describe.each(['aws', 'gcp'] as const)('a stack of pushed programs on %s', (cloud) => {
  const pushed = synthesize(cloud, { ARTIFACTS: 'pushed', ARCHITECTURE: 'arm64' });
  const specs = specsOf(pushed);
  const kinds = (...names: string[]) =>
    names.map((name) =>
      cloud === 'aws'
        ? expect.stringMatching(new RegExp(`^arn:\\S+:s3:::sandpiper-bootstrap-[^/]+/${name}/\\*$`))
        : `resource.name.startsWith("projects/_/buckets/${GCP_BUCKET}/objects/${name}/")`,
    );

  it('holds no program, and uploads none', () => {
    expect(pushed.files).toEqual(['cdk.tf.json']);
    expect(pushed.resource[OBJECT[cloud]]).toBeUndefined();
  });

  it('holds and uploads them by default', () => {
    const uploaded = synthesize(cloud, {});
    expect(uploaded.files.length).toBeGreaterThan(1);
    expect(Object.keys(uploaded.resource[OBJECT[cloud]]!).length).toBeGreaterThan(1);
    expect(specsOf(uploaded)['user-api'].hostAgent.key).not.toContain(AGENT_X64);
  });

  it.each([
    ['user-api', 'binary', USER_API_ARM64, AGENT_ARM64, ['./program']],
    ['playground', 'archive', GATEWAY, AGENT_X64, ['bin/gateway']],
    ['playground-fleet', 'archive', RUNNER, AGENT_X64, ['bin/runner']],
  ])('boots %s from the bootstrap bucket: of its own architecture, by its content', (id, kind, key, agent, command) => {
    const bucket = expect.stringMatching(
      cloud === 'aws' ? /^sandpiper-bootstrap-/ : /^\$\{var\.gcp_project\}-sandpiper-bootstrap$/,
    ) as string;
    const object = (name: string) => ({ bucket, key: name, sha256: /[0-9]{64}/.exec(name)![0] });
    expect(specs[id]).toMatchObject({ artifact: { ...object(key), kind }, hostAgent: object(agent), command });
    expect(specs[id].artifact.version).toBeUndefined();
    expect(specs[id].hostAgent.version).toBeUndefined();
  });

  it('lets machines read the kinds of what they boot from, of any version, and runners the images', () => {
    expect(readableOf(cloud, pushed, 'user-api')).toEqual(kinds('host-agent', 'user-api'));
    expect(readableOf(cloud, pushed, 'playground')).toEqual(kinds('gateway', 'host-agent'));
    expect(readableOf(cloud, pushed, 'playground-fleet')).toEqual(kinds('host-agent', 'images', 'runner'));
  });
});

describe('a stack of pushed programs without a playground', () => {
  it.each(['aws', 'gcp'] as const)('needs none of the playground’s, and of one architecture only: %s', (cloud) => {
    const { text, files } = synthesize(cloud, { ARTIFACTS: 'pushed', ARCHITECTURE: 'arm64', PLAYGROUND: 'false' });
    expect(files).toEqual(['cdk.tf.json']);
    for (const key of [GATEWAY, RUNNER, AGENT_X64]) expect(text).not.toContain(key);
  });
});
