/** Frames between the runner and the init (services/sandbox/init/init.c). */

/** What the runner sends. */
export const toInit = {
  file: 'F',
  write: 'W',
  closeFile: 'C',
  execute: 'X',
  gate: 'G',
  stdin: 'I',
  closeStdin: 'E',
  signal: 'S',
  killAll: 'K',
} as const;

/** What the init sends. */
export const fromInit = {
  /** Sent for it by the spawner, before it runs: its process id on the host. */
  spawned: 'p',
  ready: 'R',
  fileWritten: 'F',
  started: 'P',
  notStarted: 'N',
  stdout: 'o',
  stderr: 'e',
  acknowledged: 'A',
  ended: 'X',
} as const;

/** Most bytes of standard input that are under way to a command that has not read them. */
export const STDIN_WINDOW_BYTES = 65_536;
const HEADER_BYTES = 5;
/** The init sends what one read of a pipe gave. */
const MAX_PAYLOAD_BYTES = 65_536;

export interface Frame {
  readonly type: string;
  readonly payload: Buffer;
}

export function encodeFrame(type: string, payload: Buffer = Buffer.alloc(0)): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.write(type, 0, 'latin1');
  frame.writeUInt32LE(payload.length, 1);
  payload.copy(frame, HEADER_BYTES);
  return frame;
}

/** Strings that each end in NUL. */
export function encodeStrings(strings: readonly string[]): Buffer {
  return Buffer.from(strings.map((text) => `${text}\0`).join(''));
}

/** A number in the form in which the init takes one. */
export function encodeNumbers(...numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => buffer.writeUInt32LE(number, 4 * index));
  return buffer;
}

/**
 * Cuts a stream into frames.
 *
 * @param onFrame is given each frame; its payload may be a view of the chunk
 * @returns a function that takes chunks and throws when what they hold is no frame
 */
export function frameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (data.length >= HEADER_BYTES) {
      const length = data.readUInt32LE(1);
      if (length > MAX_PAYLOAD_BYTES)
        throw new Error(`not a frame: ${JSON.stringify(data.toString('latin1', 0, 200))}`);
      if (data.length < HEADER_BYTES + length) break;
      onFrame({ type: String.fromCharCode(data[0]!), payload: data.subarray(HEADER_BYTES, HEADER_BYTES + length) });
      data = data.subarray(HEADER_BYTES + length);
    }
    rest = data;
  };
}
