import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  entriesOf,
  probeHost,
  TOOLCHAIN_PATH,
  type AbsentVersion,
  type PresentVersion,
} from '../../services/languages/host-toolchains';
import type { Language } from '../../services/languages/schema';
import { cacheDirectory } from '../provision/cache';
import { tell } from '../provision/progress';
import { toolchainsDirectory } from '../provision/toolchains';
import { catalogue } from '../provision/catalogue';

/** What the toolchains of this machine said of themselves. */
export interface ProbedHost {
  readonly present: readonly PresentVersion[];
  readonly absent: readonly AbsentVersion[];
}

/** A probe's result as it is kept: the position in the catalogue stands for the language and its entry. */
interface Kept {
  readonly fingerprint: string;
  readonly results: readonly { readonly exactVersion?: string; readonly reason?: string }[];
}

/**
 * Asks every toolchain for its version, which takes some seconds for all of them together; the answers are kept until a
 * package, a toolchain or the catalogue changes.
 *
 * @param isFresh whether to ask in any case. @default false
 */
export async function probedHost(isFresh = false): Promise<ProbedHost> {
  const languages = catalogue();
  const file = cacheDirectory('languages.json');
  const fingerprint = fingerprintOf(languages);
  const kept = isFresh ? undefined : readKept(file);
  const entries = entriesOf(languages);
  if (kept?.fingerprint === fingerprint && kept.results.length === entries.length) return restored(entries, kept);
  tell('asking the toolchains of this machine for their versions');
  const probed = await probeHost(languages, toolchainsDirectory());
  const resultOf = new Map<unknown, Kept['results'][number]>([
    ...probed.present.map(({ version, exactVersion }) => [version, { exactVersion }] as const),
    ...probed.absent.map(({ version, reason }) => [version, { reason }] as const),
  ]);
  write(file, { fingerprint, results: entries.map(({ version }) => resultOf.get(version)!) });
  return probed;
}

function restored(entries: ReturnType<typeof entriesOf>, { results }: Kept): ProbedHost {
  const all = entries.map((entry, index) => ({ ...entry, ...results[index] }));
  return {
    present: all.filter((one): one is typeof one & PresentVersion => one.exactVersion !== undefined),
    absent: all.filter((one): one is typeof one & AbsentVersion => one.reason !== undefined),
  };
}

/** Changes when a package is installed or removed, when a program is put into a directory of the PATH, or with the catalogue. */
function fingerprintOf(languages: readonly Language[]): string {
  const places = ['/var/lib/dpkg/status', toolchainsDirectory(), ...TOOLCHAIN_PATH.split(':')];
  const times = places.map((place) => fs.statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return crypto
    .createHash('sha256')
    .update(JSON.stringify([languages, times]))
    .digest('hex');
}

function readKept(file: string): Kept | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Kept;
  } catch {
    return undefined;
  }
}

function write(file: string, kept: Kept): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, JSON.stringify(kept));
  fs.renameSync(temporary, file);
}
