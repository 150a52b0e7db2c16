import { tell } from '../../provision/progress';
import type { BuiltObject, BuiltObjects } from './built-objects';
import { checkFile, type CheckedFile } from './checked-file';
import { inParallel } from './in-parallel';
import type { ObjectStore, Outcome } from './object-store';
import { ProgressLine } from './progress-line';
import { inWords } from './size';

/** Objects that are asked about at the same time. */
const QUESTIONS_AT_ONCE = 8;

export interface Pushed {
  readonly object: BuiltObject;
  readonly outcome: Outcome;
}

/**
 * Brings a bucket to hold the objects, and the manifests last: who finds a manifest there finds all that it names. Nothing is sent
 * before every file was found to be what its name says.
 */
export async function push(
  store: ObjectStore,
  built: readonly BuiltObjects[],
  signal: AbortSignal,
): Promise<readonly Pushed[]> {
  await store.open();
  const manifests = built.map(({ manifest }) => manifest);
  const checked = await checkAll([...built.flatMap(({ objects }) => objects), ...manifests], signal);
  const outcomes = new Map<string, Outcome>();
  await inParallel(checked, { atOnce: QUESTIONS_AT_ONCE, signal }, async (file, within) => {
    if (await store.holds(file, within)) outcomes.set(file.key, 'there');
  });
  const missing = checked.filter(({ key }) => !outcomes.has(key));
  const progress = new ProgressLine('sending', totalBytes(missing));
  const send = async (file: CheckedFile, within: AbortSignal) => {
    const outcome = await store.send(file, {
      signal: within,
      sent: (bytes) => progress.add(bytes, { moved: true }),
      kept: (bytes) => progress.add(bytes, { moved: false }),
    });
    outcomes.set(file.key, outcome);
    progress.say(`${outcome === 'resumed' ? 'sent the rest of' : 'sent'} ${file.key} (${inWords(file.bytes)})`);
  };
  const isManifest = ({ key }: BuiltObject) => manifests.some((manifest) => manifest.key === key);
  try {
    if (missing.length > 0) tell(`sending ${inWords(totalBytes(missing))} to ${store.url} ...`);
    const objects = missing.filter((file) => !isManifest(file));
    await inParallel(objects, { atOnce: store.objectsAtOnce, signal }, send);
    for (const manifest of missing.filter(isManifest)) await send(manifest, signal);
  } finally {
    progress.clear();
  }
  if (missing.length > 0) tell(`sent at ${progress.rate()}`);
  return checked.map((object) => ({ object, outcome: outcomes.get(object.key)! }));
}

async function checkAll(objects: readonly BuiltObject[], signal: AbortSignal): Promise<readonly CheckedFile[]> {
  const progress = new ProgressLine('checking', totalBytes(objects));
  const checked: CheckedFile[] = [];
  try {
    for (const object of objects) {
      const read = (bytes: number) => progress.add(bytes, { moved: true });
      checked.push(await checkFile(object, { signal, read }));
    }
  } finally {
    progress.clear();
  }
  return checked;
}

function totalBytes(objects: readonly BuiltObject[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0);
}
