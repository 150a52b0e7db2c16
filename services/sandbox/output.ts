import { StringDecoder } from 'node:string_decoder';
import type { Encoding } from '../protocol/job';

/** Turns the bytes of one stream into the data of its events. */
export interface OutputEncoder {
  write(chunk: Buffer): string;
  /** What was kept back because it was part of a character. */
  end(): string;
}

/** With `utf8`, whole characters, and U+FFFD for what is none; with `base64`, all bytes as they are. */
export function outputEncoder(encoding: Encoding): OutputEncoder {
  if (encoding === 'base64') return { write: (chunk) => chunk.toString('base64'), end: () => '' };
  const decoder = new StringDecoder('utf8');
  return { write: (chunk) => decoder.write(chunk), end: () => decoder.end() };
}
