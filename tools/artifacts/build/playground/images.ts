import type { ImageStore } from '../../../../services/images/store';
import { builtVersions, type BuiltVersion } from '../../../../services/languages/built-versions';
import { entriesOf } from '../../../../services/languages/host-toolchains';
import type { Language } from '../../../../services/languages/schema';
import { Failure, wrongUsage } from '../../../failure';
import { buildImage, isMadeOfPackages, type ImageOrigin } from '../../images/build';
import { readLock } from '../../images/lock';
import { provisionDebian } from '../../../provision/debian';
import { nameOf, versionsNamed, type WantedImage } from '../../images/wanted';

/** Every image that the store has. */
export const BUILT = 'built';

/** What an error proposes. */
const PROPOSAL = './sandpiper build --playground --images python,javascript,bash';

/** An image that is asked for, and how it is made where it is not built. */
interface ChosenImage extends WantedImage {
  /** Undefined: it is built. */
  readonly origin?: ImageOrigin;
}

/**
 * Finds the images that a selection names and builds those that are missing: from the registry where the lock file has a digest,
 * of Debian's and npm's packages otherwise.
 *
 * @param selection `built`, languages (`python`: the version that is built, or else the newest that can be) and versions (`lua@5.3`), with
 *   commas between them
 * @returns what is built of the selection, in the order of the catalogue
 * @throws Failure naming a word that means nothing, an image that cannot be built here, or the line to run when there is none
 */
export async function provideImages(
  languages: readonly Language[],
  store: ImageStore,
  selection: string,
  build: typeof buildImage = buildImage,
): Promise<readonly BuiltVersion[]> {
  const built = builtVersions(entriesOf(languages), store);
  const words = selection.split(',').map((word) => word.trim());
  if (words.includes('')) throw wrongUsage(`--images: ${JSON.stringify(selection)} has an empty name`);
  const chosen = words.flatMap((word): readonly ChosenImage[] =>
    word === BUILT ? built : [choose(versionsNamed(languages, word), built)],
  );
  if (chosen.length === 0) {
    throw new Failure(`no language image is built, and the runners have no other toolchains: run \`${PROPOSAL}\``);
  }
  const missing = new Map(chosen.filter(({ origin }) => origin !== undefined).map((each) => [each.version, each]));
  if (missing.size > 0) await readyToBuild([...missing.values()]);
  for (const { origin, ...wanted } of missing.values()) await build(store, wanted, origin!);
  const versions = new Set(chosen.map(({ version }) => version));
  return builtVersions(entriesOf(languages), store).filter(({ version }) => versions.has(version));
}

/** @throws Failure when this process cannot build images */
async function readyToBuild(missing: readonly WantedImage[]): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Failure(`--images: ${missing.map(nameOf).join(', ')}: not built, and only root may build images`);
  }
  await provisionDebian(['images']);
}

/** One of the versions that a word leaves open. @throws Failure when none is built or can be */
function choose(open: readonly WantedImage[], built: readonly BuiltVersion[]): ChosenImage {
  const present = open.find(({ version }) => built.some((each) => each.version === version));
  if (present) return present;
  const lock = readLock();
  const locked = open.find(({ version: { oci } }) => oci !== undefined && lock[oci.image] !== undefined);
  if (locked)
    return { ...locked, origin: { kind: 'registry', registry: { override: process.env.SANDPIPER_REGISTRY } } };
  const packed = open.find(isMadeOfPackages);
  if (packed) return { ...packed, origin: { kind: 'debian' } };
  const name = nameOf(open[0]!);
  throw new Failure(`--images: ${name} has no packages to be made of; run \`./sandpiper images lock ${name}\` first`);
}
