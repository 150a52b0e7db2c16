import type { LanguageRuntime } from '../../../services/sandbox/language-runtime';
import { createSandboxPool } from '../../../services/sandbox/sandbox-pool';
import { requireTool } from '../../kit/require-tool';
import {
  hasRuntime,
  openTestBench,
  runTestJob,
  runtimeNames,
  type TestBench,
  type TestJob,
} from '../../kit/sandbox/sandbox-host';

/** Programs that would see a difference between an interpreter that waited for them and one started for them. */
const programs: Record<'python' | 'node' | 'java', Record<string, TestJob>> = {
  python: {
    'its surroundings': {
      code: `
import sys, os, threading, signal, inspect
print(sys.argv, sys.orig_argv, __name__, __file__, __spec__, __package__, sys.path, sys.flags, sys.stdin.name, sys.stdin.encoding)
print(sorted(os.environ.items()), os.getcwd(), threading.active_count(), [d for d in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{d}')])
print({s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGPIPE, signal.SIGTERM)}, sorted(m for m in sys.modules if 'json' in m), len(inspect.stack()))
print(sorted(k for k in globals()), type(__loader__), os.getpgrp() == os.getpid())
`,
      args: ['a b', '--flag', '', 'ž'],
    },
    'standard input': { code: 'import sys\nprint(input(), sys.stdin.read())', stdin: 'one\ntwo\n' },
    'an exception': { code: 'def broken():\n    return 1 // 0\n\nbroken()\n' },
    'a syntax error': { code: 'def broken(:\n' },
    'an exit code': { code: 'import sys, atexit\natexit.register(print, "bye")\nsys.exit(7)\n' },
    'an exit message': { code: 'raise SystemExit("sorry")\n' },
    'a signal': { code: 'import os, signal\nos.kill(os.getpid(), signal.SIGABRT)\n' },
    'a module beside it': { code: 'import other\nprint(other.__file__)\n', files: [{ name: 'other.py', content: '' }] },
    'a pickle of its own class': {
      code: 'import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))))\n',
    },
    'other processes': {
      code: 'import multiprocessing as m\ndef f(x): return x * x\nif __name__ == "__main__":\n    m.set_start_method("spawn")\n    with m.Pool(2) as p: print(p.map(f, [1, 2, 3]))\n',
    },
  },
  node: {
    'its surroundings': {
      code: `
console.log(process.argv, process.execArgv, __filename, __dirname, require.main === module, module.paths, Object.keys(require.cache), process.cwd());
console.log(process.env, require('fs').readdirSync('/proc/self/fd').length > 2, process.listeners('exit').length, module.parent);
`,
      args: ['a b', '--flag', '', 'ž'],
    },
    'standard input': { code: "process.stdin.on('data', (d) => console.log(String(d)));", stdin: 'one\ntwo\n' },
    'an exception': { code: 'function broken() {\n  null.x();\n}\nbroken();\n' },
    'a rejection': { code: "Promise.reject(new Error('broken'));\n" },
    'a syntax error': { code: 'function {\n' },
    'an exit code': { code: "process.on('exit', () => console.log('bye'));\nprocess.exitCode = 7;\n" },
    'a signal': { code: "process.kill(process.pid, 'SIGABRT'); setTimeout(() => {}, 1000);\n" },
    'a module beside it': {
      code: "console.log(require('./other'));\n",
      files: [{ name: 'other.js', content: 'module.exports = __filename;' }],
    },
  },
  java: {
    'its surroundings': {
      code: `
class Main { public static void main(String[] args) throws Exception {
  System.out.println(String.join("|", args) + Thread.currentThread().getName() + System.getProperty("user.dir") + new java.util.TreeMap<>(System.getenv()).keySet() + System.in.available());
} }`,
      args: ['a b', '--flag', '', 'ž'],
    },
    'standard input': {
      code: 'class Main { public static void main(String[] args) { System.out.println(new java.util.Scanner(System.in).nextLine()); } }',
      stdin: 'one\ntwo\n',
    },
    'an exception with a cause': {
      code: 'class Main { static void broken() { throw new IllegalStateException("broken", new RuntimeException("cause")); } public static void main(String[] a) { broken(); } }',
    },
    'a compile error': { code: 'class Main { int x = ; }\n' },
    'an exit code': { code: 'class Main { public static void main(String[] a) { System.exit(7); } }' },
  },
};

describe.each(runtimeNames)('an interpreter that waited, under %s, runs a program as one started for it:', (name) => {
  if (!requireTool(['root', 'python3', 'node']) || (!hasRuntime(name) && !requireTool(name))) return;
  let bench: TestBench;
  beforeAll(async () => {
    bench = await openTestBench(name);
  }, 60_000);
  afterAll(() => bench?.close());

  it('gives no job to one that ended instead of waiting', async () => {
    const { limits, rootfs } = bench.languages.python;
    const sandbox = await bench.host.start(rootfs, limits);
    try {
      // Without its environment: the hook is not found, nor is the program.
      const waiting = sandbox.prestart({ argv: ['/usr/bin/python3', 'main.py'], env: {}, limits: limits.run });
      while (waiting.isWaiting) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(sandbox.isAlive).toBe(true);
    } finally {
      await sandbox.close();
    }
  }, 60_000);

  for (const [kind, cases] of Object.entries(programs) as [keyof typeof programs, Record<string, TestJob>][]) {
    describe(kind, () => {
      if (kind === 'java' && !requireTool('java')) return;
      it.each(Object.entries(cases))(
        '%s',
        async (_, test) => {
          const runtime: LanguageRuntime = bench.languages[kind];
          const ready = createSandboxPool({ host: bench.host, size: 1 });
          await ready.warm([runtime]);
          expect(Object.keys(ready.waiting).some((key) => key.startsWith(`${kind} `) && ready.waiting[key] === 1)).toBe(
            true,
          );
          const [plain, waited] = [
            await runTestJob(bench, runtime, test),
            await runTestJob({ sandboxPool: ready }, runtime, test),
          ];
          await ready.close();
          // Process ids and addresses differ from run to run.
          const same = (text: string): string => text.replace(/0x[0-9a-f]+/g, '0x');
          expect(same(waited.stdout)).toBe(same(plain.stdout));
          expect(same(waited.stderr)).toBe(same(plain.stderr));
          expect({ ...waited.exit, seq: 0 }).toEqual({ ...plain.exit, seq: 0 });
          // It did something that could differ.
          expect([plain.stdout, plain.stderr, plain.exit.signal ?? plain.exit.exitCode]).not.toEqual(['', '', 0]);
        },
        60_000,
      );
    });
  }
});
