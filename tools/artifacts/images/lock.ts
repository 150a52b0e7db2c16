import * as fs from 'node:fs';
import * as path from 'node:path';
import { Failure } from '../../failure';
import { projectDirectory } from '../../provision/project';
import { pullReference, tlsOption, type Registry } from './reference';
import { runTool } from './tools';

/** Digests by image reference, as a registry answered them. */
export type ImageLock = Readonly<Record<string, string>>;

/** `languages/images.lock.json`, unless `$SANDPIPER_IMAGES_LOCK` names another file. */
export function lockFile(): string {
  return process.env.SANDPIPER_IMAGES_LOCK ?? path.join(projectDirectory, 'languages', 'images.lock.json');
}

/** What is locked; nothing where there is no file yet. */
export function readLock(file = lockFile()): ImageLock {
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as ImageLock) : {};
}

/** The digest of a reference. @throws Failure when it was never locked */
export function lockedDigest(reference: string): string {
  const digest = readLock()[reference];
  if (digest === undefined) {
    throw new Failure(
      `${reference} has no digest in ${path.basename(lockFile())}: run \`./sandpiper images lock\` where its registry is reached`,
    );
  }
  return digest;
}

/** Asks the registry for the digest of each reference and records the answers; others stay as they are. */
export async function lock(references: readonly string[], registry: Registry): Promise<ImageLock> {
  const answers: Record<string, string> = { ...readLock() };
  for (const reference of references) {
    const args = [
      'inspect',
      ...tlsOption('tls-verify', registry),
      '--format',
      '{{.Digest}}',
      pullReference(reference, registry),
    ];
    const digest = (await runTool('skopeo', args)).trim();
    if (!/^sha256:[0-9a-f]{64}$/.test(digest))
      throw new Failure(`${reference}: the registry answered ${JSON.stringify(digest)}, which is no digest`);
    answers[reference] = digest;
  }
  const sorted = Object.fromEntries(Object.entries(answers).sort(([a], [b]) => a.localeCompare(b)));
  fs.writeFileSync(lockFile(), `${JSON.stringify(sorted, null, 2)}\n`);
  return sorted;
}
