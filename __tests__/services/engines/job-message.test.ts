import { deflateRawSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import {
  decodeJobMessage,
  encodeJobMessage,
  InvalidMessageError,
  NewerMessageError,
} from '../../../services/engines/job-message';
import {
  checkOutgoing,
  MAXIMUM_MESSAGE_BYTES,
  PayloadTooLargeError,
} from '../../../services/engines/job-queue/job-queue';

const KNOWN = { v: 1 as const, id: 'a', owner: 'user:1', acceptedMs: 1, deadlineMs: 2, retentionMs: 3 };

function messageOf(content: string) {
  return { ...KNOWN, job: { language: 'python', files: [{ content }] } };
}

describe('a job message', () => {
  it('gives back the job that it was made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (content) => {
        expect(decodeJobMessage(encodeJobMessage(messageOf(content)))).toEqual(messageOf(content));
      }),
    );
  });

  it('holds a mebibyte of ordinary source text', () => {
    const source = 'for (let index = 0; index < items.length; index++) console.log(items[index]);\n'.repeat(13_000);
    const body = encodeJobMessage(messageOf(source));
    expect(() => checkOutgoing({ body, attributes: { traceparent: 'x'.repeat(55) } })).not.toThrow();
  });

  it('is refused when no queue carries it, with both sizes', () => {
    const noise = randomBytes(300_000).toString('base64');
    expect(() => encodeJobMessage(messageOf(noise))).toThrow(PayloadTooLargeError);
    expect(() => encodeJobMessage(messageOf(noise))).toThrow(/at most 26\d{4} bytes/);
    expect(MAXIMUM_MESSAGE_BYTES).toBe(262_144);
  });

  it.each([
    ['no base64 of anything', 'not a job'],
    ['no JSON', deflateRawSync('{').toString('base64')],
    ['an older version than is read', raw({ ...messageOf(''), v: 0 })],
    ['no version', raw({ ...messageOf(''), v: undefined })],
    ['no job', deflateRawSync(JSON.stringify({ ...KNOWN, job: { files: [] } })).toString('base64')],
    ['a bomb', deflateRawSync(Buffer.alloc(64 << 20)).toString('base64')],
  ])('is refused when it is %s', (_, body) => {
    expect(() => decodeJobMessage(body)).toThrow(InvalidMessageError);
  });

  it('is told from others when a newer gateway sent it, whatever it holds', () => {
    const newer = raw({ v: 2, something: 'else' });
    expect(() => decodeJobMessage(newer)).toThrow(new NewerMessageError(2));
  });
});

function raw(message: object): string {
  return deflateRawSync(JSON.stringify(message)).toString('base64');
}
