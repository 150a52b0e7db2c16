import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';

/** Where a secret was found, and how it was written there. */
export interface SecretFinding {
  /** Name of the text, or path of the file; members of archives behind a `!`. */
  readonly place: string;
  readonly encoding: string;
}

/** A text or bytes to search, by a name. */
export type Searched = Readonly<Record<string, string | Buffer>>;

/** How deep archives and base64 are looked into: user data in a state file in a zip is three. */
const MAXIMUM_DEPTH = 5;
const BASE64_RUN = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);
const ZIP_LOCAL_HEADER = 0x04034b50;

/**
 * Finds a secret, as it is, or as base64 (at any alignment), hex, JSON- or URL-escaped; inside gzip, zip and base64 too.
 * An empty list means: not there.
 */
export function findSecret(secret: string, searched: Searched): SecretFinding[] {
  const needles = encodings(secret);
  return Object.entries(searched).flatMap(([place, content]) => search(place, Buffer.from(content), needles, 0));
}

/** {@link findSecret} in files, and in every file below directories. Symbolic links are not followed. */
export function findSecretInFiles(secret: string, ...paths: readonly string[]): SecretFinding[] {
  return paths.flatMap(filesBelow).flatMap((file) => findSecret(secret, { [file]: fs.readFileSync(file) }));
}

/** Every way in which the secret may be written, by name. */
export function encodings(secret: string): Readonly<Record<string, string>> {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The characters at either end depend on the bytes beside the secret too.
    return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const escaped = JSON.stringify(secret).slice(1, -1);
  const entries: [string, string][] = [
    ['plain', secret],
    ['JSON-escaped', escaped],
    ['twice JSON-escaped', JSON.stringify(escaped).slice(1, -1)],
    ['HTML-safe JSON', escaped.replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)],
    ['URL-escaped', encodeURIComponent(secret)],
    ['form-escaped', new URLSearchParams({ s: secret }).toString().slice(2)],
    ['hex', bytes.toString('hex')],
    ...aligned.map((text, offset): [string, string] => [`base64 at ${offset}`, text]),
    ...aligned.map((text, offset): [string, string] => [
      `base64url at ${offset}`,
      text.replaceAll('+', '-').replaceAll('/', '_'),
    ]),
  ];
  return Object.fromEntries(entries);
}

function search(
  place: string,
  content: Buffer,
  needles: Readonly<Record<string, string>>,
  depth: number,
): SecretFinding[] {
  const seen = new Set<string>();
  const found: SecretFinding[] = [];
  for (const [encoding, needle] of Object.entries(needles)) {
    if (seen.has(needle) || !content.includes(needle)) continue;
    seen.add(needle);
    found.push({ place, encoding });
  }
  if (depth === MAXIMUM_DEPTH) return found;
  return [...found, ...inside(content).flatMap(([name, part]) => search(`${place}!${name}`, part, needles, depth + 1))];
}

/** What is packed into some bytes: members of a zip, the content of a gzip, base64 that holds a gzip. */
function inside(content: Buffer): [string, Buffer][] {
  if (content.length > 4 && content.readUInt32LE(0) === ZIP_LOCAL_HEADER) return zipMembers(content);
  const packed = tryOut(() => zlib.gunzipSync(content));
  if (packed !== undefined) return [['gzip', packed]];
  const text = content.toString('latin1');
  return [...text.matchAll(BASE64_RUN)].flatMap((match): [string, Buffer][] => {
    const decoded = Buffer.from(match[0], 'base64');
    return decoded.subarray(0, 3).equals(GZIP_MAGIC) ? [[`base64@${match.index}`, decoded]] : [];
  });
}

/** Members of a zip file, by its central directory: a plan file's local headers have no lengths. */
function zipMembers(zip: Buffer): [string, Buffer][] {
  const members: [string, Buffer][] = [];
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
    ];
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const data = zip.subarray(start, start + size);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    members.push([name, method === 8 ? zlib.inflateRawSync(data) : data]);
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return members;
}

function tryOut<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function filesBelow(place: string): string[] {
  const about = fs.lstatSync(place);
  if (about.isFile()) return [place];
  if (!about.isDirectory()) return [];
  return fs.readdirSync(place).flatMap((name) => filesBelow(path.join(place, name)));
}
