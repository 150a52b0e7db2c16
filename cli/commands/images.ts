import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command, Option } from 'commander';
import type { Language, LanguageVersion } from '../../services/languages/schema';
import { satisfiesVersion } from '../../services/languages/self-test';
import type { ImageManifest } from '../../services/images/store';
import type { RuntimeName } from '../../services/runner/sandbox/runtime';
import { exitCodes, Failure, wrongUsage } from '../failure';
import { imageStore } from '../images/built';
import { imageProblems, versionInside } from '../images/image-runner';
import { lock } from '../images/lock';
import { packRoot, rootFromDebian, rootFromRegistry } from '../images/root';
import type { Registry } from '../images/reference';
import { provisionDebian } from '../provision/debian';
import { withProgress } from '../provision/progress';
import { languageNamed } from '../run/language-of';
import { catalogue } from '../run/local-runner';
import { formatTable } from '../table';

interface Wanted {
  readonly language: Language;
  readonly version: LanguageVersion;
}

/** `sandpiper images`: root file systems of languages, from OCI images or from Debian packages. */
export function command(): Command {
  const images = new Command('images').description('Builds and checks the root file systems that jobs run in.');
  const withRegistry = (parent: Command) =>
    parent.option(
      '--registry <host>',
      'pull from this registry in place of the one that the catalogue names',
      process.env.SANDPIPER_REGISTRY,
    );
  withRegistry(images.command('lock'))
    .description('Records the digests that the registry answers, in languages/images.lock.json.')
    .argument('<language[@version]...>')
    .action(async (words: string[], { registry }: { registry?: string }) => {
      await provisionDebian(['images']);
      const references = words.flatMap(wantedOf).map((wanted) => referenceOf(wanted));
      const locked = await withProgress('asking the registry', () => lock(references, { override: registry }));
      console.log(
        formatTable(
          ['image', 'digest'],
          references.map((reference) => [reference, locked[reference]!]),
        ),
      );
    });
  withRegistry(images.command('build'))
    .description('Builds images: content-addressed squashfs files, each with a manifest.')
    .argument('<language[@version]...>')
    .option('--from-debian', 'make them of Debian packages, without a registry')
    .action(async (words: string[], options: { registry?: string; fromDebian?: boolean }) => {
      await provisionDebian(['images']);
      for (const wanted of words.flatMap(wantedOf)) await build(wanted, options);
    });
  images
    .command('list')
    .description('Lists what is built.')
    .action(() => {
      const rows = imageStore()
        .list()
        .map((manifest) => [
          `${manifest.language}@${manifest.version}`,
          manifest.exactVersion,
          `${(manifest.bytes / 1e6).toFixed(1)} MB`,
          manifest.sha256,
          sourceOf(manifest),
        ]);
      console.log(formatTable(['image', 'version', 'size', 'SHA-256', 'made of'], rows));
    });
  images
    .command('verify')
    .description('Checks an image’s bytes, and runs every self-test of the language in it.')
    .argument('<language[@version]...>')
    .addOption(new Option('--runtime <name>', 'sandbox runtime').choices(['crun', 'runsc']).default('crun'))
    .action(async (words: string[], { runtime }: { runtime: RuntimeName }) => {
      const failed = [];
      for (const wanted of words.flatMap(wantedOf))
        if (!(await verify(wanted, runtime))) failed.push(wanted.language.id);
      if (failed.length > 0) throw new Failure(`${failed.join(', ')}: not as it should be`, exitCodes.failed);
    });
  return images;
}

async function build(
  { language, version }: Wanted,
  options: { registry?: string; fromDebian?: boolean },
): Promise<void> {
  const store = imageStore();
  fs.mkdirSync(store.directory, { recursive: true });
  const scratch = fs.mkdtempSync(path.join(store.directory, '.build-'));
  const root = path.join(scratch, 'root');
  const name = `${language.id}@${version.version}`;
  try {
    const made = await withProgress(`making the root of ${name}`, () => makeRoot({ language, version }, options, root));
    const squashfs = path.join(scratch, 'image.squashfs');
    await withProgress(`packing ${name}`, () => packRoot(root, squashfs));
    const packed = {
      schemaVersion: 1,
      language: language.id,
      version: version.version,
      exactVersion: version.version,
      ...(await store.add(squashfs)),
      ...made,
    } as const;
    const exactVersion = await versionInside(store, packed, language, version);
    if (!satisfiesVersion(exactVersion, version.version)) {
      throw new Failure(`${name}: the toolchain in the image says that it is ${exactVersion}`);
    }
    store.record({ ...packed, exactVersion });
    const { sha256, bytes } = packed;
    console.log(`${sha256}  ${name} (${exactVersion}, ${(bytes / 1e6).toFixed(1)} MB)`);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function makeRoot(
  wanted: Wanted,
  options: { registry?: string; fromDebian?: boolean },
  root: string,
): Promise<Pick<ImageManifest, 'source' | 'path'>> {
  if (options.fromDebian) {
    const packages = wanted.version.host.debian;
    if (packages === undefined) {
      throw new Failure(
        `${wanted.language.id} ${wanted.version.version} has no Debian packages; build it from its image`,
      );
    }
    await rootFromDebian(packages, root);
    return { source: { kind: 'debian', packages } };
  }
  const reference = referenceOf(wanted);
  const registry: Registry = { override: options.registry };
  const { digest, ...rest } = await rootFromRegistry(reference, registry, root);
  return { source: { kind: 'oci', reference, digest }, ...rest };
}

async function verify({ language, version }: Wanted, runtime: RuntimeName): Promise<boolean> {
  const store = imageStore();
  const manifest = store.find(language.id, version.version);
  const name = `${language.id}@${version.version}`;
  if (manifest === undefined) throw new Failure(`${name} is not built: run \`./sandpiper images build ${name}\``);
  const entry = { language, version, exactVersion: manifest.exactVersion };
  const problems = await imageProblems(store, manifest, entry, runtime);
  console.log(`${name}: ${problems.length === 0 ? 'every self-test passes' : problems.join('\n  ')}`);
  return problems.length === 0;
}

/** `lua`: its newest version; `lua@5.3`: that one. @throws Failure (wrong usage) listing what exists */
function wantedOf(word: string): Wanted[] {
  const [name = '', wanted] = word.split('@');
  const language = languageNamed(catalogue(), name);
  const version =
    wanted === undefined ? language.versions[0] : language.versions.find((each) => each.version === wanted);
  if (version) return [{ language, version }];
  throw wrongUsage(
    `version: ${JSON.stringify(wanted)} of ${language.id} is unknown; there are ${language.versions.map((each) => each.version).join(', ')}`,
  );
}

function referenceOf({ language, version }: Wanted): string {
  if (version.image !== undefined) return version.image;
  throw new Failure(`${language.id} ${version.version} has no image in the catalogue; build it with --from-debian`);
}

function sourceOf({ source }: ImageManifest): string {
  return source.kind === 'oci' ? `${source.reference} ${source.digest}` : `Debian: ${source.packages.join(' ')}`;
}
