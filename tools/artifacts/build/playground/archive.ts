import { spawn, type ChildProcess } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../../failure';

/** What an archive came out as. */
export interface PackedArchive {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Nothing of the machine or the time of the build: names in order, one date, no owners, and of modes whether a file is executable. */
const TAR = [
  '--create',
  '--format=ustar',
  '--sort=name',
  '--mtime=1985-10-26 08:15:00Z',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--mode=u=rwX,go=rX',
  // Files that are linked elsewhere are files.
  '--hard-dereference',
];
/** Neither name nor time. GNU gzip, for the zlib of Node.js gives other bytes on other processors. */
const GZIP = ['--no-name', '-6'];

/**
 * Packs all that a directory holds into a .tar.gz: the same files give the same bytes on every machine with GNU's tar and gzip.
 *
 * @throws Failure with the programs' own words
 */
export async function packArchive(directory: string, archive: string): Promise<PackedArchive> {
  const env = { ...process.env, LC_ALL: 'C', GZIP: undefined, TAR_OPTIONS: undefined };
  const names = fs.readdirSync(directory).sort();
  const tar = spawn('tar', [...TAR, '--directory', directory, ...names], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const gzip = spawn('gzip', GZIP, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const hash = crypto.createHash('sha256');
  let bytes = 0;
  const count = async function* (chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  const results = await Promise.allSettled([
    ended('tar', tar),
    ended('gzip', gzip),
    pipeline(tar.stdout, gzip.stdin),
    pipeline(gzip.stdout, count, fs.createWriteStream(archive)),
  ]);
  // The first that failed has the reason; the others failed with it.
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return { sha256: hash.digest('hex'), bytes };
}

function ended(program: string, child: ChildProcess): Promise<void> {
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Failure(`${program}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Failure(`${program} failed (${signal ?? `exit code ${code}`}): ${stderr.trim()}`));
    });
  });
}
