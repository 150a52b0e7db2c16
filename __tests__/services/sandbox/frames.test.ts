import fc from 'fast-check';
import { encodeFrame, frameReader, STDIN_WINDOW_BYTES } from '../../../services/sandbox/frames';
import { outputCap } from '../../../services/sandbox/output-cap';
import { stdinWindow } from '../../../services/sandbox/stdin-window';

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    const frame = fc.record({ type: fc.constantFrom('o', 'e', 'X'), payload: fc.uint8Array({ maxLength: 300 }) });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (frames, cuts) => {
          const stream = Buffer.concat(frames.map(({ type, payload }) => encodeFrame(type, Buffer.from(payload))));
          const read: { type: string; payload: number[] }[] = [];
          const take = frameReader(({ type, payload }) => read.push({ type, payload: [...payload] }));
          for (let at = 0, i = 0; at < stream.length; i++) {
            const end = at + cuts[i % cuts.length]!;
            take(stream.subarray(at, end));
            at = end;
          }
          expect(read).toEqual(frames.map(({ type, payload }) => ({ type, payload: [...payload] })));
        },
      ),
    );
  });

  it("are told from a runtime's words, which are shown", () => {
    const take = frameReader(() => undefined);
    expect(() => take(Buffer.from('crun: cannot do that\n'))).toThrow('crun: cannot do that');
  });
});

describe('standard input', () => {
  it('has at most one window under way, and arrives whole and in order', async () => {
    const sent: Buffer[] = [];
    let isClosed = false;
    const window = stdinWindow(
      (data) => sent.push(Buffer.from(data)),
      () => (isClosed = true),
    );
    const data = Buffer.alloc(3 * STDIN_WINDOW_BYTES + 5, 'abc');
    let isWritten = false;
    const written = window.write(data).then(() => (isWritten = true));
    window.close();
    let acknowledged = 0;
    while (!isClosed) {
      const underWay = sent.reduce((sum, part) => sum + part.length, 0) - acknowledged;
      expect(underWay).toBeLessThanOrEqual(STDIN_WINDOW_BYTES);
      expect(underWay).toBeGreaterThan(0);
      const step = Math.min(underWay, 40_000);
      acknowledged += step;
      window.acknowledge(step);
    }
    expect(isWritten).toBe(false);
    window.acknowledge(data.length - acknowledged);
    await written;
    expect(Buffer.concat(sent).equals(data)).toBe(true);
  });

  it('that nobody reads keeps nobody waiting', async () => {
    const window = stdinWindow(
      () => undefined,
      () => undefined,
    );
    const written = window.write(Buffer.alloc(2 * STDIN_WINDOW_BYTES));
    window.drop();
    await written;
    await window.write(Buffer.from('late'));
  });
});

describe('an output cap', () => {
  it('passes exactly its bytes and says when there were more', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.array(fc.uint8Array({ maxLength: 30 })), (limit, chunks) => {
        const passed: Buffer[] = [];
        const cap = outputCap(limit, (chunk) => passed.push(chunk));
        const fits = chunks.map((chunk) => cap.take(Buffer.from(chunk))).every(Boolean);
        const all = Buffer.concat(chunks);
        expect(Buffer.concat(passed).equals(all.subarray(0, limit))).toBe(true);
        expect(fits).toBe(all.length <= limit);
        expect(cap.bytes).toBe(Math.min(limit, all.length));
      }),
    );
  });
});
