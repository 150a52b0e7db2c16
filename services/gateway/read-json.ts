import { ServiceError } from './service/job-service';

/** A job's messages nest four deep; everything above is not a message. */
export const MAXIMUM_JSON_DEPTH = 16;
/** Values of one message: 64 files of three fields and 256 arguments are about 600. */
export const MAXIMUM_JSON_VALUES = 2_000;

const [QUOTE, COMMA, COLON, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('",:[\\]{}');

/**
 * Parses JSON from a client. The text is scanned first: a small text of many or deeply nested values costs hundreds of times its
 * length once it is parsed and checked.
 *
 * @throws ServiceError invalidMessage
 */
export function readJson(bytes: Buffer, what: string): unknown {
  checkShape(bytes, what);
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    throw new ServiceError('invalidMessage', `${what} is not JSON`);
  }
}

function checkShape(bytes: Buffer, what: string): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > MAXIMUM_JSON_DEPTH)
        throw new ServiceError('invalidMessage', `${what} is nested more than ${MAXIMUM_JSON_DEPTH} levels deep`);
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    else if ((byte === COMMA || byte === COLON) && ++values > MAXIMUM_JSON_VALUES)
      throw new ServiceError('invalidMessage', `${what} holds more than ${MAXIMUM_JSON_VALUES} keys and values`);
  }
}

/** Where the string that begins at `start` ends; a string without an end takes the rest. */
function endOfString(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  return bytes.length;
}
