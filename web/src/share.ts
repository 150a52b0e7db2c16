import { programFrom, type Program } from './program';

/** Says how the rest of the fragment is written, so that links outlive a change of it. */
const PREFIX = '#1.';
/** A link is a stranger's: it is not unpacked beyond what a job may hold. */
const MAX_UNPACKED_BYTES = 4 * 1024 * 1024;

/** The link's content is cut, altered, or not a program. */
export class DamagedLinkError extends Error {
  constructor(options?: ErrorOptions) {
    super('this link is damaged: ask for it again', options);
    this.name = 'DamagedLinkError';
  }
}

/** Writes a program as a URL fragment: JSON, deflated, base64url. It never reaches a server. */
export async function toFragment(program: Program): Promise<string> {
  const packed = await collect(
    streamOf(new TextEncoder().encode(JSON.stringify(program)), new CompressionStream('deflate-raw')),
  );
  let binary = '';
  for (const byte of packed) binary += String.fromCharCode(byte);
  return PREFIX + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Reads a program from a URL fragment.
 *
 * @returns undefined when the fragment is not one of ours
 * @throws DamagedLinkError when it is, but cannot be read
 */
export async function fromFragment(fragment: string): Promise<Program | undefined> {
  if (!fragment.startsWith(PREFIX)) return undefined;
  let program: Program | undefined;
  try {
    const binary = atob(fragment.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/'));
    const packed = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const bytes = await collect(streamOf(packed, new DecompressionStream('deflate-raw')), MAX_UNPACKED_BYTES);
    program = programFrom(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new DamagedLinkError({ cause });
  }
  if (program === undefined) throw new DamagedLinkError();
  return program;
}

function streamOf(bytes: Uint8Array, through: CompressionStream | DecompressionStream): ReadableStream<Uint8Array> {
  const writer = through.writable.getWriter();
  // What fails here fails the reader too.
  writer.write(bytes as never).catch(() => undefined);
  writer.close().catch(() => undefined);
  return through.readable as ReadableStream<Uint8Array>;
}

async function collect(stream: ReadableStream<Uint8Array>, maximum = Infinity): Promise<Uint8Array> {
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    if (length > maximum) {
      reader.cancel().catch(() => undefined);
      throw new RangeError(`more than ${maximum} bytes`);
    }
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
