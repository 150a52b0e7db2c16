import * as fs from 'node:fs';
import * as path from 'node:path';
import { readArtifactManifest } from '../../modules/boot/artifact-manifest';
import { projectDirectory } from '../provision/project';
import { failed, ok, type Finding } from './check';

/** Where `./sandpiper build` says what it built. */
const MANIFEST = 'dist/artifacts/linux-x64/manifest.json';

/** An object that must lie in the bootstrap bucket. */
interface Expected {
  /** Such as `gateway`, `python 3.11`. */
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

/** Whether what the machines of a playground fetch at boot was built, and pushed whole. */
export async function pushedObjects(
  reader: BootstrapReader,
  file = path.join(projectDirectory, MANIFEST),
): Promise<readonly Finding[]> {
  const bucket = (await reader.exists())
    ? ok(reader.bucket, 'bootstrap bucket')
    : failed(`${reader.bucket} does not exist`, reader.bootstrap, 'bootstrap bucket');
  const { push } = reader;
  if (!fs.existsSync(file))
    return [bucket, failed(`nothing is built: no ${MANIFEST}`, `./sandpiper build, then ${push}`)];
  let expected: Expected[];
  try {
    const { gateway, runner, images } = readArtifactManifest(file);
    expected = [
      { name: 'gateway', ...gateway },
      { name: 'runner', ...runner },
      ...images.map((image) => ({ ...image, name: `${image.language} ${image.version}` })),
    ];
  } catch (error) {
    return [bucket, failed((error as Error).message, './sandpiper build')];
  }
  if (bucket.state !== 'ok') return [bucket, failed(`${expected.length} are built, none is pushed`, push)];
  const sizes = await Promise.all(expected.map(({ key }) => reader.size(key)));
  const missing = expected.filter((_, index) => sizes[index] === undefined).map(({ name }) => name);
  if (missing.length > 0) return [bucket, failed(`not pushed: ${missing.join(', ')}`, push)];
  const other = expected.filter(({ bytes }, index) => sizes[index] !== bytes).map(({ name }) => name);
  if (other.length > 0) return [bucket, failed(`of another size than what was built: ${other.join(', ')}`, push)];
  return [bucket, ok(`all ${expected.length} are pushed`)];
}
