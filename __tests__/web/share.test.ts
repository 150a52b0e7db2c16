import * as fc from 'fast-check';
import { deflateRawSync } from 'node:zlib';
import type { Program } from '../../web/src/program';
import { DamagedLinkError, fromFragment, toFragment } from '../../web/src/share';

const program: Program = {
  ...{
    language: 'python',
    version: '3.11',
    code: 'print("gö 🐎")\n',
    stdin: 'in',
    args: '-x "a b"',
    interactive: true,
  },
};
const link = (content: string): string => `#1.${deflateRawSync(content).toString('base64url')}`;

describe('a shared link', () => {
  it('brings back any program, in characters that a URL takes', async () => {
    const text = fc.string({ unit: 'grapheme' });
    const arbitrary = fc.record({
      ...{ language: text, version: text, code: text, stdin: text, args: text, interactive: fc.boolean() },
    });
    await fc.assert(
      fc.asyncProperty(arbitrary, async (any) => {
        const fragment = await toFragment(any);
        expect(fragment).toMatch(/^#1\.[A-Za-z0-9_-]+$/);
        expect(await fromFragment(fragment)).toEqual(any);
      }),
      { numRuns: 50 },
    );
  });

  it('is short where the program repeats itself', async () => {
    expect((await toFragment({ ...program, code: 'print(1)\n'.repeat(1000) })).length).toBeLessThan(300);
  });

  it('takes a program with fields missing, and other kinds of them', async () => {
    expect(await fromFragment(link('{"language":"go","code":"x","stdin":5,"interactive":"yes"}'))).toEqual({
      ...{ language: 'go', code: 'x', version: '', stdin: '', args: '', interactive: false },
    });
  });

  it.each(['', '#', '#other', '#2.abc'])('leaves %j to others', async (fragment) => {
    expect(await fromFragment(fragment)).toBeUndefined();
  });

  it.each([
    ['no base64', '#1.%%%'],
    ['nothing', '#1.'],
    ['not deflated', '#1.aGVsbG8'],
    ['not JSON', link('hello')],
    ['not a program', link('[1]')],
    ['without code', link('{"language":"go"}')],
    ['not UTF-8', `#1.${deflateRawSync(Buffer.from([0x22, 0xff, 0x22])).toString('base64url')}`],
  ])('that holds %s is refused', async (_, fragment) => {
    await expect(fromFragment(fragment)).rejects.toThrow(DamagedLinkError);
  });

  it('that is cut is refused', async () => {
    const whole = await toFragment(program);
    await expect(fromFragment(whole.slice(0, -6))).rejects.toThrow(DamagedLinkError);
  });

  it('that unpacks to more than a job is refused', async () => {
    const bomb = link(JSON.stringify({ ...program, code: 'x'.repeat(5 * 1024 * 1024) }));
    expect(bomb.length).toBeLessThan(20_000);
    await expect(fromFragment(bomb)).rejects.toThrow(DamagedLinkError);
  });
});
