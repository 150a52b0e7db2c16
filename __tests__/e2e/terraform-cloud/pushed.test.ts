import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildGoPrograms } from '../../../tools/artifacts/build/go-programs';
import { buildPage } from '../../../tools/artifacts/build/page';
import { projectDirectory } from '../../../tools/provision/project';
import { readArtifactManifest, type ArtifactManifest } from '../../../contracts/artifact-manifest';
import { readProgramManifest } from '../../../modules/machine/program-manifest';
import { must } from '../../kit/machines/small-root';
import { requireTool } from '../../kit/require-tool';
import { temporaryDirectory, type TerraformPlan } from '../../kit/terraform';
import { creations, planOnAws, planOnGcp } from './plans';
import { filesIn, runApp, synthesize, uploadBytes } from './upload';

const KILOBYTE = 1000;
/** What docs/terraform-cloud.md calls small. */
const MAXIMUM_UPLOAD_BYTES = 100 * KILOBYTE;
/** As many images as a runner's policy on AWS has room for. */
const IMAGES = 60;

/** What a synthesis and a build read. Go programs and page are taken over, with the times that say they are current. */
const CHECKOUT = [
  ...['cli', 'contracts', 'languages', 'modules', 'services', 'stacks', 'tools', 'web', 'dist/bin', 'dist/web'],
  ...['main.ts', 'cdktf.json', 'sandpiper', 'package.json', 'package-lock.json', 'tsconfig.json'],
];

const SETTINGS = { TF_CLOUD_ORGANIZATION: 'acme', PLAYGROUND: 'true', ARTIFACTS: 'pushed', ARCHITECTURE: 'arm64' };

describe('a remote run of pushed programs', () => {
  if (!requireTool(['terraform', 'moto_server', 'go', 'tar'])) return;
  jest.setTimeout(300_000);
  const root = temporaryDirectory('terraform-cloud-pushed');
  const checkout = path.join(root, 'checkout');
  const artifacts = path.join(checkout, 'dist/artifacts');
  let stacks: string;

  beforeAll(async () => {
    buildGoPrograms(['linux-x64', 'linux-arm64']);
    await buildPage();
    fs.mkdirSync(checkout);
    const copy = ['--archive', '--parents', '--target-directory', checkout, ...CHECKOUT];
    const { status, stderr } = spawnSync('cp', copy, { cwd: projectDirectory, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    fs.symlinkSync(path.join(projectDirectory, 'node_modules'), path.join(checkout, 'node_modules'));
  });
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

  it('is refused at synthesis, in one line with what to run, while nothing is built', () => {
    const { status, stderr } = runApp(path.join(root, 'unbuilt'), SETTINGS, checkout);
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(
        /^sandpiper: .*dist\/artifacts\/programs\/manifest\.json: does not exist; run `\.\/sandpiper build`, then `\.\/sandpiper push`$/,
      ),
    ]);
  });

  it('needs manifests alone: neither programs nor a compiler', () => {
    must(path.join(checkout, 'sandpiper'), ['build']);
    const { programs } = readProgramManifest(path.join(artifacts, 'programs/manifest.json'));
    expect(Object.keys(programs)).toEqual(['x64', 'arm64']);
    writePlaygroundManifest(path.join(artifacts, 'linux-x64/manifest.json'));
    for (const name of ['bin', 'artifacts/programs/user-api', 'artifacts/programs/host-agent']) {
      fs.rmSync(path.join(checkout, 'dist', name), { recursive: true });
    }
    stacks = synthesize(path.join(root, 'first'), SETTINGS, checkout);
    // A synthesis that compiled would have put them back.
    expect(fs.existsSync(path.join(checkout, 'dist/bin'))).toBe(false);
    expect([...filesIn(stacks).keys()].sort()).toEqual(['aws-stack/cdk.tf.json', 'gcp-stack/cdk.tf.json']);
  });

  it.each(['aws-stack', 'gcp-stack'])('uploads the configuration only: %s', (stack) => {
    const bytes = uploadBytes(path.join(stacks, stack));
    const plain = fs.statSync(path.join(stacks, stack, 'cdk.tf.json')).size;
    process.stdout.write(`upload of ${stack}: ${kilobytes(bytes)}, ${kilobytes(plain)} before gzip\n`);
    expect(bytes).toBeLessThan(MAXIMUM_UPLOAD_BYTES);
  });

  it('is the same to the byte each time', () => {
    const again = filesIn(
      synthesize(path.join(root, 'elsewhere'), { ...SETTINGS, USER: 'somebody', TZ: 'Asia/Tokyo' }, checkout),
    );
    expect([...again]).toEqual([...filesIn(stacks)]);
  });

  it.each([
    ['aws-stack', planOnAws, 'aws_s3_object'],
    ['gcp-stack', planOnGcp, 'google_storage_bucket_object'],
  ] as const)('plans from a bare copy, and uploads no object: %s', async (stack, plan, object) => {
    const copy = path.join(root, `copy-of-${stack}`);
    fs.cpSync(path.join(stacks, stack), copy, { recursive: true });
    const json: TerraformPlan = await plan(copy);
    expect(creations(json)).toBeGreaterThan(100);
    expect(json.resource_changes!.filter(({ type }) => type === object)).toEqual([]);
  });
});

/** A manifest of gateway, runner and as many images as there may be; objects are not needed to plan. */
function writePlaygroundManifest(file: string): void {
  const fixture = readArtifactManifest(path.join(__dirname, '../../kit/playground/artifact-manifest.json'));
  const images = Array.from({ length: IMAGES }, (_, index) => {
    const sha256 = String(index + 100).padStart(64, '0');
    return { ...fixture.images[0]!, version: `3.${index}`, key: `images/${sha256}.squashfs`, sha256 };
  });
  const manifest: ArtifactManifest = { ...fixture, images };
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(manifest));
}

function kilobytes(bytes: number): string {
  return `${(bytes / KILOBYTE).toFixed(1)} kB`;
}
