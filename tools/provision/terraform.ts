import { spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import { missingTool } from '../failure';
import { cacheDirectory } from './cache';
import { findExecutable, putOnPath } from './executable';
import { MINIMUM_TERRAFORM, pinned, terraformSha256 } from './pinned';
import { withProgress } from './progress';

const RELEASES = 'https://releases.hashicorp.com/terraform';

/** Path of a Terraform that is new enough: `$TERRAFORM_BINARY`, the one on PATH, or the one fetched before. */
export function findTerraform(): string | undefined {
  return [process.env.TERRAFORM_BINARY, findExecutable('terraform'), fetchedFile()].find(
    (file) => file !== undefined && file !== '' && isNewEnough(file),
  );
}

/** Finds Terraform, or fetches the publisher's release, and has PATH lead to it. @throws Failure when neither is possible */
export async function provisionTerraform(): Promise<string> {
  let file = findTerraform();
  if (file === undefined) {
    file = fetchedFile();
    await withProgress(`fetching Terraform ${pinned.terraform}`, () => fetchRelease(fetchedFile()));
  }
  putOnPath('terraform', file);
  return file;
}

/** Version of a Terraform, such as `1.11.4`; undefined when it does not run. */
export function terraformVersion(file: string): string | undefined {
  const env = { ...process.env, CHECKPOINT_DISABLE: '1' };
  const { stdout } = spawnSync(file, ['version'], { encoding: 'utf8', env });
  return /^Terraform v(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
}

function isNewEnough(file: string): boolean {
  const version = fs.existsSync(file) ? terraformVersion(file) : undefined;
  return version !== undefined && version.localeCompare(MINIMUM_TERRAFORM, 'en', { numeric: true }) >= 0;
}

function fetchedFile(): string {
  return cacheDirectory(`terraform-${pinned.terraform}`, 'terraform');
}

async function fetchRelease(file: string): Promise<void> {
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const expected = terraformSha256[platform];
  const help = `install Terraform ${MINIMUM_TERRAFORM} or newer yourself and put it on PATH`;
  if (expected === undefined) throw missingTool(`there is no pinned Terraform for ${platform}: ${help}`);
  const url = `${RELEASES}/${pinned.terraform}/terraform_${pinned.terraform}_${platform}.zip`;
  const archive = await fetch(url)
    .then(async (response) => {
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    })
    .catch((error: Error) => {
      throw missingTool(`could not fetch ${url} (${error.message}): ${help}`);
    });
  const actual = crypto.createHash('sha256').update(archive).digest('hex');
  if (actual !== expected) throw missingTool(`${url} has SHA-256 ${actual}, not ${expected}: it is not used; ${help}`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, unzipOne(archive, 'terraform'), { mode: 0o755 });
  fs.renameSync(temporary, file);
}

/** The bytes of one file of a zip archive (APPNOTE.TXT, sections 4.3.7 and 4.3.12): stored or deflated. @throws Error when it is not there */
export function unzipOne(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06'));
  if (end < 0) throw new Error('not a zip archive');
  let at = archive.readUInt32LE(end + 16);
  for (let entry = archive.readUInt16LE(end + 10); entry > 0; entry -= 1) {
    const method = archive.readUInt16LE(at + 10);
    const compressedBytes = archive.readUInt32LE(at + 20);
    const nameBytes = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    if (archive.toString('utf8', at + 46, at + 46 + nameBytes) === name) {
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const bytes = archive.subarray(start, start + compressedBytes);
      return method === 0 ? bytes : zlib.inflateRawSync(bytes);
    }
    at += 46 + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`the archive holds no ${name}`);
}
