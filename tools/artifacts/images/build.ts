import * as fs from 'node:fs';
import * as path from 'node:path';
import { versionName } from '../../../services/languages/schema';
import { directoryPackages } from '../../../services/languages/sources';
import { satisfiesVersion } from '../../../services/languages/self-test';
import type { ImageManifest, ImageStore } from '../../../services/images/store';
import { Failure } from '../../failure';
import { withProgress } from '../../provision/progress';
import { versionInside } from './image-runner';
import type { Registry } from './reference';
import { packRoot, rootFromDebian, rootFromRegistry } from './root';
import { nameOf, referenceOf, type WantedImage } from './wanted';

/** What an image is made of: Debian's and npm's packages, or the image that the catalogue names. */
export type ImageOrigin = { readonly kind: 'debian' } | { readonly kind: 'registry'; readonly registry: Registry };

/** Whether a version can be made without a registry of images. */
export function isMadeOfPackages({ version: { source } }: WantedImage): boolean {
  return source !== undefined;
}

/**
 * Builds an image and records it in the store, once its toolchain has run in it. Needs root, which alone may mount one.
 *
 * @throws Failure with the tools' own words
 */
export async function buildImage(store: ImageStore, wanted: WantedImage, origin: ImageOrigin): Promise<ImageManifest> {
  const { language, version } = wanted;
  const name = nameOf(wanted);
  fs.mkdirSync(store.directory, { recursive: true });
  const scratch = fs.mkdtempSync(path.join(store.directory, '.build-'));
  const root = path.join(scratch, 'root');
  try {
    const made = await withProgress(`making the root of ${name}`, () => makeRoot(wanted, origin, root));
    const squashfs = path.join(scratch, 'image.squashfs');
    await withProgress(`packing ${name}`, () => packRoot(root, squashfs));
    const packed = {
      schemaVersion: 1,
      language: language.id,
      version: versionName(version),
      exactVersion: version.version,
      ...(await store.add(squashfs)),
      ...made,
    } as const;
    const exactVersion = await versionInside(store, packed, language, version);
    if (!satisfiesVersion(exactVersion, version.version)) {
      throw new Failure(`${name}: the toolchain in the image says that it is ${exactVersion}`);
    }
    const manifest = { ...packed, exactVersion };
    store.record(manifest);
    return manifest;
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function makeRoot(
  wanted: WantedImage,
  origin: ImageOrigin,
  root: string,
): Promise<Pick<ImageManifest, 'source' | 'path'>> {
  if (origin.kind === 'registry') {
    const reference = referenceOf(wanted);
    const { digest, ...rest } = await rootFromRegistry(reference, origin.registry, root);
    return { source: { kind: 'oci', reference, digest }, ...rest };
  }
  const { version } = wanted;
  if (!isMadeOfPackages(wanted)) {
    throw new Failure(
      `${nameOf(wanted)} is not made of Debian’s and npm’s packages alone; build it from its OCI image`,
    );
  }
  const packages = version.source!.packages ?? [];
  const npm = directoryPackages(version.source);
  await rootFromDebian(version.source!.debian, packages, npm, root);
  return {
    source: { kind: 'debian', packages: [...packages, ...npm.map((each) => `${each.name}@${each.version}`)] },
  };
}
