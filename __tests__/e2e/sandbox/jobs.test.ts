import { requireTool } from '../../kit/require-tool';
import { hasRuntime, openTestBench, runTestJob, runtimeNames, type TestBench } from '../../kit/sandbox/sandbox-host';

describe.each(runtimeNames)('a job under %s', (name) => {
  if (!requireTool(['root', 'gcc', 'python3']) || (!hasRuntime(name) && !requireTool(name))) return;
  let bench: TestBench;
  beforeAll(async () => {
    bench = await openTestBench(name, { size: 2 });
  }, 60_000);
  afterAll(() => bench?.close());

  it('compiles, runs, and numbers its events', async () => {
    const code = '#include <stdio.h>\nint main(int c, char **v) { puts(v[1]); return c; }\n';
    const { events, exit } = await runTestJob(bench, bench.languages.c, { code, args: ['hello'] });
    expect(events.map(({ type }) => type)).toEqual(['stage', 'usage', 'stage', 'stdout', 'usage', 'exit']);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(exit).toMatchObject({ reason: 'ok', stage: 'run', exitCode: 2 });
  }, 60_000);

  it('ends with a compile error, and runs nothing', async () => {
    const { exit, stderr } = await runTestJob(bench, bench.languages.c, { code: 'int main(void) { return x; }\n' });
    expect(exit).toMatchObject({ reason: 'compileError', stage: 'compile', exitCode: 1 });
    expect(stderr).toContain('undeclared');
  }, 60_000);

  it('has files in directories, with names as they are', async () => {
    const names = ['a/b/c.txt', '-rf', 'with space', 'new\nline', '$(id)', "quote'", 'ž🐎', '..hidden', '*'];
    const files = names.map((file) => ({ name: file, content: file }));
    const code = `
import os
found = [os.path.relpath(os.path.join(d, f)) for d, _, fs in os.walk('.') for f in fs]
print(all(open(f).read() == f for f in found if f != 'main.py'), len(found))
`;
    const { stdout } = await runTestJob(bench, bench.languages.python, { code, files });
    expect(stdout).toBe(`True ${names.length + 1}\n`);
  }, 60_000);

  it('is refused a file by a name that another has, and writes through no link', async () => {
    const sandbox = await bench.host.start(bench.languages.bash.rootfs, { workBytes: 1 << 20, workInodes: 64 });
    try {
      const { limits } = bench.languages.bash;
      const planted = sandbox.run(
        { argv: ['sh', '-c', 'ln -s /tmp out; ln -s /tmp/file file'], env: { PATH: '/bin' }, limits: limits.run },
        { stdout: () => undefined, stderr: () => undefined },
      );
      expect(await planted.ended).toMatchObject({ exitCode: 0 });
      const content = Buffer.from('x');
      await expect(sandbox.writeFiles([{ name: 'out/a', content }])).rejects.toThrow(/"out\/a": E/);
      await expect(sandbox.writeFiles([{ name: 'file', content }])).rejects.toThrow(/"file": EEXIST/);
      await expect(sandbox.writeFiles([{ name: '../tmp/a', content }])).rejects.toThrow(/EINVAL/);
    } finally {
      await sandbox.close();
    }
  }, 60_000);

  it('reads standard input live, until it is closed', async () => {
    const code = 'import sys\nfor line in sys.stdin: print("got", line.strip(), flush=True)\nprint("end")\n';
    const { stdout } = await runTestJob(bench, bench.languages.python, {
      code,
      stdin: 'one\n',
      stdinOpen: true,
      meanwhile: (job, events) => {
        const timer = setInterval(() => {
          const text = events.map((event) => (event.type === 'stdout' ? event.data : '')).join('');
          if (!text.includes('got one')) return;
          clearInterval(timer);
          void job.writeStdin(Buffer.from('two\n')).then(() => job.closeStdin());
        }, 10);
      },
    });
    expect(stdout).toBe('got one\ngot two\nend\n');
  }, 60_000);

  it('takes more standard input than a pipe holds, as fast as it reads', async () => {
    const stdin = 'x'.repeat(900_000);
    const { stdout } = await runTestJob(bench, bench.languages.bash, { code: 'sleep 0.3; wc -c', stdin });
    expect(stdout.trim()).toBe('900000');
  }, 60_000);

  it('is sent signals', async () => {
    const code = 'trap "echo caught; exit 5" INT; echo ready; while :; do sleep 0.05; done';
    const { stdout, exit } = await runTestJob(bench, bench.languages.bash, {
      code,
      meanwhile: (job, events) => {
        const timer = setInterval(() => {
          if (!events.some(({ type }) => type === 'stdout')) return;
          clearInterval(timer);
          job.signal('SIGINT');
        }, 10);
      },
    });
    expect(stdout).toBe('ready\ncaught\n');
    expect(exit).toMatchObject({ reason: 'ok', exitCode: 5 });
  }, 60_000);

  it('can be cancelled, while it runs and before', async () => {
    const running = await runTestJob(bench, bench.languages.bash, {
      code: 'echo ready; sleep 60',
      meanwhile: (job, events) => {
        const timer = setInterval(() => {
          if (!events.some(({ type }) => type === 'stdout')) return;
          clearInterval(timer);
          job.cancel();
        }, 10);
      },
    });
    expect(running.exit).toMatchObject({ reason: 'cancelled', stage: 'run' });
    const early = await runTestJob(bench, bench.languages.bash, {
      code: 'echo ready',
      meanwhile: (job) => job.cancel(),
    });
    expect(early.exit).toMatchObject({ reason: 'cancelled' });
    expect(early.stdout).toBe('');
  }, 60_000);

  it('says which signal ended it', async () => {
    const { exit } = await runTestJob(bench, bench.languages.bash, { code: 'kill -SEGV $$' });
    expect(exit).toMatchObject({ reason: 'ok', signal: 'SIGSEGV' });
    expect(exit.exitCode).toBeUndefined();
  }, 60_000);

  it('says that its program cannot be started', async () => {
    const absent = { ...bench.languages.bash, run: ['/no/such/program', '{source}'] };
    const { exit, stderr } = await runTestJob(bench, absent, { code: '' });
    expect(exit).toMatchObject({ reason: 'ok', exitCode: 127, message: expect.stringContaining('ENOENT') });
    expect(stderr).toMatch(/^sandpiper: \/no\/such\/program cannot be started: .*ENOENT/);
  }, 60_000);

  it('reports what each stage used', async () => {
    const code = 'x = bytearray(40 << 20)\nfor i in range(1_000_000): pass\nprint("a" * 10)\n';
    const { usage } = await runTestJob(bench, bench.languages.python, { code });
    expect(usage).toHaveLength(1);
    expect(usage[0]).toMatchObject({ stage: 'run', stdoutBytes: 11, stderrBytes: 0 });
    expect(usage[0]!.cpuMs).toBeGreaterThan(10);
    expect(usage[0]!.wallMs).toBeGreaterThan(10);
    expect(usage[0]!.peakMemoryBytes).toBeGreaterThan(40 << 20);
  }, 60_000);

  it('has pipes for its streams, which can be opened by name', async () => {
    const code = 'echo out > /dev/stdout; echo err > /dev/stderr; cat < /dev/stdin; [ -p /dev/stdin ] && echo pipe';
    const { stdout, stderr } = await runTestJob(bench, bench.languages.bash, { code, stdin: 'in\n' });
    expect([stdout, stderr]).toEqual(['out\nin\npipe\n', 'err\n']);
  }, 60_000);

  it('shows whole characters, and U+FFFD for what is none', async () => {
    const code = `
import sys, time
for byte in 'ž🐎'.encode():
    sys.stdout.buffer.write(bytes([byte])); sys.stdout.flush(); time.sleep(0.02)
sys.stdout.buffer.write(b'\\xff\\xf0\\x9f')
`;
    const { stdout, events } = await runTestJob(bench, bench.languages.python, { code });
    expect(stdout).toBe('ž🐎\ufffd\ufffd');
    expect(events.filter(({ type }) => type === 'stdout').map((event) => 'data' in event && event.data)).toContain('ž');
  }, 60_000);
});
