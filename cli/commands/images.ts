import { Command, Option } from 'commander';
import type { ImageManifest } from '../../services/images/store';
import { RUNTIMES } from '../../contracts/names';
import { nativeRuntime, type RuntimeName } from '../../services/sandbox/runtime';
import { exitCodes, Failure } from '../../tools/failure';
import { buildImage, type ImageOrigin } from '../../tools/artifacts/images/build';
import { imageStore } from '../../tools/artifacts/images/built';
import { imageProblems } from '../../tools/artifacts/images/image-runner';
import { lock } from '../../tools/artifacts/images/lock';
import { nameOf, referenceOf, versionsNamed, type WantedImage } from '../../tools/artifacts/images/wanted';
import { provisionDebian } from '../../tools/provision/debian';
import { withProgress } from '../../tools/provision/progress';
import { catalogue } from '../../tools/provision/catalogue';
import { formatTable } from '../../tools/table';

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
      const references = words.map(wantedOf).map((wanted) => referenceOf(wanted));
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
    .option('--from-debian', 'make them of Debian’s packages, and npm’s, without a registry')
    .action(async (words: string[], options: { registry?: string; fromDebian?: boolean }) => {
      await provisionDebian(['images']);
      for (const wanted of words.map(wantedOf)) {
        const origin: ImageOrigin = options.fromDebian
          ? { kind: 'debian' }
          : { kind: 'registry', registry: { override: options.registry } };
        const { sha256, exactVersion, bytes } = await buildImage(imageStore(), wanted, origin);
        console.log(`${sha256}  ${nameOf(wanted)} (${exactVersion}, ${(bytes / 1e6).toFixed(1)} MB)`);
      }
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
    .addOption(new Option('--runtime <name>', 'sandbox runtime').choices(RUNTIMES).default(nativeRuntime()))
    .action(async (words: string[], { runtime }: { runtime: RuntimeName }) => {
      const failed = [];
      for (const wanted of words.map(wantedOf)) if (!(await verify(wanted, runtime))) failed.push(wanted.language.id);
      if (failed.length > 0) throw new Failure(`${failed.join(', ')}: not as it should be`, exitCodes.failed);
    });
  return images;
}

async function verify(wanted: WantedImage, runtime: RuntimeName): Promise<boolean> {
  const { language, version } = wanted;
  const store = imageStore();
  const manifest = store.find(language.id, version.version);
  const name = nameOf(wanted);
  if (manifest === undefined) throw new Failure(`${name} is not built: run \`./sandpiper images build ${name}\``);
  const entry = { language, version, exactVersion: manifest.exactVersion };
  const problems = await imageProblems(store, manifest, entry, runtime);
  console.log(`${name}: ${problems.length === 0 ? 'every self-test passes' : problems.join('\n  ')}`);
  return problems.length === 0;
}

/** `lua`: its newest version; `lua@5.3`: that one. @throws Failure (wrong usage) listing what exists */
function wantedOf(word: string): WantedImage {
  return versionsNamed(catalogue(), word)[0]!;
}

function sourceOf({ source }: ImageManifest): string {
  return source.kind === 'oci' ? `${source.reference} ${source.digest}` : `Debian: ${source.packages.join(' ')}`;
}
