/** A command of the Redis protocol: its words. */
export type RedisCommand = readonly Buffer[];

/**
 * Reads commands, as clients send them (arrays of bulk strings; Redis serialization protocol specification), out of a stream.
 *
 * @returns what takes the stream's pieces and gives the commands that are whole by then
 */
export function commandReader(): (piece: Buffer) => readonly RedisCommand[] {
  let rest = Buffer.alloc(0);
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    const commands: RedisCommand[] = [];
    for (;;) {
      const read = readCommand(rest);
      if (read === undefined) return commands;
      commands.push(read.command);
      rest = rest.subarray(read.length);
    }
  };
}

export function encodeCommand(command: RedisCommand): Buffer {
  const words = command.flatMap((word) => [Buffer.from(`$${word.length}\r\n`), word, Buffer.from('\r\n')]);
  return Buffer.concat([Buffer.from(`*${command.length}\r\n`), ...words]);
}

function readCommand(data: Buffer): { readonly command: RedisCommand; readonly length: number } | undefined {
  let at = 0;
  const line = (marker: string): number | undefined => {
    const end = data.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const text = data.toString('latin1', at, end);
    if (!text.startsWith(marker)) throw new Error(`no command of RESP: ${text.slice(0, 40)}`);
    at = end + 2;
    return Number(text.slice(1));
  };
  const count = line('*');
  if (count === undefined) return undefined;
  const command: Buffer[] = [];
  while (command.length < count) {
    const length = line('$');
    if (length === undefined || data.length < at + length + 2) return undefined;
    command.push(data.subarray(at, at + length));
    at += length + 2;
  }
  return { command, length: at };
}
