import fc from 'fast-check';
import { requireTool } from '../../kit/require-tool';
import { hasRuntime, openTestBench, runTestJob, runtimeNames, type TestBench } from '../../kit/sandbox/sandbox-host';

/** Prints what it was given: file, standard input and each argument, in hexadecimal. */
const ECHO = `
import sys, os
print(open('data', 'rb').read().hex())
print(sys.stdin.buffer.read().hex())
for arg in sys.argv[1:]: print(os.fsencode(arg).hex())
`;
const RUNS = { spawner: 40, crun: 15, runsc: 15 } as const;

describe.each(runtimeNames)('any bytes under %s', (name) => {
  if (!requireTool(['root', 'python3']) || (!hasRuntime(name) && !requireTool(name))) return;
  let bench: TestBench;
  beforeAll(async () => {
    bench = await openTestBench(name, { size: 3 });
  }, 60_000);
  afterAll(() => bench?.close());

  const bytes = fc.uint8Array({ maxLength: 4096 }).map((array) => Buffer.from(array));
  const argument = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom(
      '',
      '../..',
      '/etc/passwd',
      '$(id)',
      '`id`',
      '; rm -rf /',
      'a\nb',
      '-c',
      '--',
      '*',
      '\\',
      '"',
      "'",
      '\u202e',
      '🐎',
    ),
  );

  it('come out of files, standard input and arguments as they went in', async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes,
        bytes,
        fc.array(
          argument.filter((text) => !text.includes('\0')),
          { maxLength: 8 },
        ),
        async (file, stdin, args) => {
          const { stdout, exit } = await runTestJob(bench, bench.languages.python, {
            code: ECHO,
            files: [{ name: 'data', content: file.toString('base64'), encoding: 'base64' }],
            stdin: stdin.toString('base64'),
            stdinEncoding: 'base64',
            args,
          });
          expect(exit).toMatchObject({ reason: 'ok', exitCode: 0 });
          expect(stdout.split('\n')).toEqual(
            [file, stdin, ...args].map((data) => Buffer.from(data).toString('hex')).concat(''),
          );
        },
      ),
      { numRuns: RUNS[name] },
    );
  }, 120_000);

  it('come out of standard output exactly, as base64', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200_000 }), async (array) => {
        const data = Buffer.from(array);
        const { events } = await runTestJob(bench, bench.languages.bash, {
          code: 'cat',
          stdin: data.toString('base64'),
          stdinEncoding: 'base64',
          outputEncoding: 'base64',
        });
        const parts = events.flatMap((event) => (event.type === 'stdout' ? [Buffer.from(event.data, 'base64')] : []));
        expect(Buffer.concat(parts).equals(data)).toBe(true);
      }),
      { numRuns: RUNS[name] },
    );
  }, 120_000);
});
