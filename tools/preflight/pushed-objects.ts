import * as fs from 'node:fs';
import * as path from 'node:path';
import { readArtifactManifest } from '../../contracts/artifact-manifest';
import { programsOf, readProgramManifest } from '../../modules/machine/program-manifest';
import type { Settings } from '../../stacks/settings';
import { projectDirectory } from '../provision/project';
import { failed, ok, type Finding } from './check';

/** What a stack's machines fetch from the bootstrap bucket. */
export type NeedsOfBucket = Pick<Settings, 'artifacts' | 'architecture' | 'playground'>;

/** Where `./sandpiper build` says what it built: paths of the manifests. */
export interface Manifests {
  readonly programs: string;
  readonly playground: string;
}

const MANIFESTS: Manifests = {
  programs: path.join(projectDirectory, 'dist/artifacts/programs/manifest.json'),
  playground: path.join(projectDirectory, 'dist/artifacts/linux-x64/manifest.json'),
};

/** An object that must lie in the bootstrap bucket. */
interface Expected {
  /** Such as `gateway`, `host-agent x64`, `python 3.11`. */
  readonly name: string;
  readonly key: string;
  readonly bytes: number;
}

/** Reads a bucket; a size of undefined means that the object is not there. */
export interface BootstrapReader {
  readonly bucket: string;
  /** The commands that make the bucket and fill it, in full. */
  readonly bootstrap: string;
  readonly push: string;
  exists(): Promise<boolean>;
  size(key: string): Promise<number | undefined>;
}

/** Whether the machines of the stack fetch anything that no stack uploads. */
export function needsBucket({ artifacts, playground }: NeedsOfBucket): boolean {
  return playground || artifacts === 'pushed';
}

/** Whether what the machines fetch at boot was built, and pushed whole. */
export async function pushedObjects(
  reader: BootstrapReader,
  needs: NeedsOfBucket,
  manifests = MANIFESTS,
): Promise<readonly Finding[]> {
  const bucket = (await reader.exists())
    ? ok(reader.bucket, 'bootstrap bucket')
    : failed(`${reader.bucket} does not exist`, reader.bootstrap, 'bootstrap bucket');
  const { push } = reader;
  const expected: Expected[] = [];
  for (const { file, build, read } of manifestsFor(needs, manifests)) {
    const shown = path.relative(projectDirectory, file);
    if (!fs.existsSync(file)) return [bucket, failed(`nothing is built: no ${shown}`, `${build}, then ${push}`)];
    try {
      expected.push(...read(file));
    } catch (error) {
      return [bucket, failed((error as Error).message, `${build}, then ${push}`)];
    }
  }
  if (bucket.state !== 'ok') return [bucket, failed(`${expected.length} are built, none is pushed`, push)];
  const sizes = await Promise.all(expected.map(({ key }) => reader.size(key)));
  const missing = expected.filter((_, index) => sizes[index] === undefined).map(({ name }) => name);
  if (missing.length > 0) return [bucket, failed(`not pushed: ${missing.join(', ')}`, push)];
  const other = expected.filter(({ bytes }, index) => sizes[index] !== bytes).map(({ name }) => name);
  if (other.length > 0) return [bucket, failed(`of another size than what was built: ${other.join(', ')}`, push)];
  return [bucket, ok(`all ${expected.length} are pushed`)];
}

/** The manifests that the stack reads, the line that writes each, and what the stack takes of it. */
function manifestsFor(needs: NeedsOfBucket, { programs, playground }: Manifests) {
  return [
    ...(needs.artifacts === 'pushed'
      ? [{ file: programs, build: './sandpiper build', read: (file: string) => neededPrograms(needs, file) }]
      : []),
    ...(needs.playground
      ? [{ file: playground, build: './sandpiper build --playground', read: playgroundObjects }]
      : []),
  ];
}

function neededPrograms({ architecture, playground }: NeedsOfBucket, file: string): Expected[] {
  const manifest = readProgramManifest(file);
  // As stacks/programs.ts: gateways and runners are x64, whatever the user API is.
  const architectures = new Set([architecture, ...(playground ? (['x64'] as const) : [])]);
  return [
    { name: `user-api ${architecture}`, ...programsOf(manifest, architecture, file).userApi },
    ...[...architectures].map((each) => ({
      name: `host-agent ${each}`,
      ...programsOf(manifest, each, file).hostAgent,
    })),
  ];
}

function playgroundObjects(file: string): Expected[] {
  const { gateway, runner, images } = readArtifactManifest(file);
  return [
    { name: 'gateway', ...gateway },
    { name: 'runner', ...runner },
    ...images.map((image) => ({ ...image, name: `${image.language} ${image.version}` })),
  ];
}
