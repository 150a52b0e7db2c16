import { probeHost } from '../../../services/languages/host-toolchains';
import type { RunnerEvent } from '../../../services/protocol/events';
import type { Job } from '../../../services/protocol/job';
import { runJob } from '../../../services/sandbox/job';
import { openLocalRunner, type LocalRunner } from '../../../tools/local-runner/local-runner';
import { catalogue } from '../../../tools/provision/catalogue';
import { toolchainsDirectory } from '../../../tools/provision/toolchains';
import { requireTool } from '../../kit/require-tool';
import { hasRuntime, runtimeNames } from '../../kit/sandbox/sandbox-host';

/** Programs as people write them, each of a kind; what is not said ends with exit code 0. */
interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly stdout?: string;
  readonly stderr?: RegExp;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly limits?: Job['limits'];
  readonly compileOptions?: readonly string[];
  readonly runOptions?: readonly string[];
}

const BULK = 'x'.repeat(99);
const cases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  c: {
    'two files and a header': {
      files: {
        'main.c': '#include <stdio.h>\n#include "sum.h"\nint main(void) { printf("%d\\n", sum(40, 2)); }\n',
        'sum.h': 'int sum(int, int);\n',
        'sum.c': '#include "sum.h"\nint sum(int a, int b) { return a + b; }\n',
      },
      stdout: '42\n',
    },
    'options of the compiler': {
      files: { 'main.c': '#include <stdio.h>\nint main(void) { printf("%ld %d\\n", __STDC_VERSION__, N); }\n' },
      compileOptions: ['-std=c99', '-DN=42'],
      stdout: '199901 42\n',
    },
    'lines before a crash': {
      files: { 'main.c': '#include <stdio.h>\nint main(void) { puts("so far"); *(volatile int *)0 = 1; }\n' },
      stdout: 'so far\n',
      exitCode: -1,
    },
    'streams that are no terminals, and exact bytes': {
      files: {
        'main.c':
          '#include <stdio.h>\n#include <unistd.h>\nint main(void) { printf("%d%d\\r\\n\\t\\4\\r\\n", isatty(1), isatty(2)); }\n',
      },
      stdout: '00\r\n\t\u0004\r\n',
    },
  },
  fortran: {
    'a module in a file of its own': {
      files: {
        'main.f90': 'program main\n  use numbers\n  print "(i0)", answer\nend program main\n',
        'numbers.f90': 'module numbers\n  integer :: answer = 42\nend module numbers\n',
      },
      stdout: '42\n',
    },
  },
  ocaml: {
    'a module in a file of its own': {
      files: { 'main.ml': 'let () = print_int Sum.answer', 'sum.ml': 'let answer = 42\n' },
      stdout: '42',
    },
  },
  go: {
    'a module with a package': {
      files: {
        'main.go': 'package main\n\nimport "example.org/app/sum"\n\nfunc main() { println(sum.Of(40, 2)) }\n',
        'go.mod': 'module example.org/app\n\ngo 1.19\n',
        'sum/sum.go': 'package sum\n\nfunc Of(a, b int) int { return a + b }\n',
      },
      stderr: /^42\n$/,
    },
    tests: {
      files: {
        'sum_test.go':
          'package sum\n\nimport "testing"\n\nfunc TestSum(t *testing.T) {\n\tif of(1) != 2 {\n\t\tt.Fatal("no")\n\t}\n}\n',
        'sum.go': 'package sum\n\nfunc of(n int) int { return n + 1 }\n',
      },
      stdout: 'PASS\n',
    },
    'a library, which cannot run': {
      files: { 'main.go': 'package library\n\nfunc Of() int { return 1 }\n' },
      reason: 'compileError',
      stderr: /the package is not main/,
      exitCode: 1,
    },
  },
  java: {
    'an interface and a record before the class with main': {
      files: {
        'Main.java':
          'interface Shape { int area(); }\nrecord Square(int side) implements Shape { public int area() { return side * side; } }\n' +
          'enum Kind { A }\nclass Main { public static void main(String[] a) { System.out.println(new Square(3).area()); } }\n',
      },
      stdout: '9\n',
    },
    packages: {
      files: {
        'app/Start.java':
          'package app;\nimport app.math.Sum;\npublic class Start { public static void main(String[] a) { System.out.println(Sum.of(40, 2)); } }\n',
        'app/math/Sum.java':
          'package app.math;\npublic class Sum { public static int of(int a, int b) { return a + b; } }\n',
      },
      stdout: '42\n',
    },
    'an error of its own when memory ends': {
      files: {
        'Main.java':
          'class Main { public static void main(String[] a) {\n  try { java.util.List<long[]> all = new java.util.ArrayList<>(); while (true) all.add(new long[1 << 20]); }\n' +
          '  catch (OutOfMemoryError e) { System.out.println("caught"); } } }\n',
      },
      stdout: 'caught\n',
    },
  },
  javascript: {
    'worker threads': {
      files: {
        'main.js':
          "const { Worker, isMainThread, parentPort } = require('node:worker_threads');\n" +
          "if (isMainThread) new Worker(__filename).on('message', (text) => console.log(text));\nelse parentPort.postMessage('hi');\n",
      },
      stdout: 'hi\n',
    },
    'whole output at process.exit': {
      files: { 'main.js': `for (let n = 0; n < 3000; n++) console.log('${BULK}');\nprocess.exit(0);\n` },
      stdout: `${BULK}\n`.repeat(3000),
    },
    'garbage that is more than the memory': {
      files: {
        'main.js':
          'let sum = 0;\nfor (let n = 0; n < 300; n++) sum += new Array(1e6).fill(n).length;\nconsole.log(sum);\n',
      },
      stdout: '300000000\n',
      limits: { run: { memoryBytes: 192 << 20 } },
    },
  },
  typescript: {
    "Node's types, and modules": {
      files: {
        'main.ts':
          "import { readFileSync } from 'node:fs';\nimport { twice } from './twice';\nconsole.log(twice(Number(readFileSync(0, 'utf8'))));\n",
        'twice.ts': 'export const twice = (n: number): number => 2 * n;\n',
      },
      stdin: '21',
      stdout: '42\n',
    },
    'a top-level await': {
      files: { 'main.ts': 'export {};\nconst n: number = await Promise.resolve(42);\nconsole.log(n);\n' },
      stdout: '42\n',
    },
  },
  rust: {
    'an overflow that panics': {
      files: {
        'main.rs':
          'fn main() { let n = "123456789".len() as u8; println!("{}", n * std::env::args().count() as u8 * 99); }\n',
      },
      stderr: /overflow/,
      exitCode: 101,
    },
  },
  python: {
    'what was printed before the time ran out': {
      files: { 'main.py': 'print("started")\nwhile True: pass\n' },
      stdout: 'started\n',
      reason: 'timeout',
      exitCode: -1,
      limits: { run: { wallMs: 1500 } },
    },
    'options of the interpreter': {
      files: { 'main.py': 'assert False\nprint(__debug__)\n' },
      runOptions: ['-O'],
      stdout: 'False\n',
    },
    'modules beside it': {
      files: {
        'main.py': 'from lib.sums import add\nprint(add(40, 2))\n',
        'lib/sums.py': 'def add(a, b): return a + b\n',
      },
      stdout: '42\n',
    },
  },
};
const languages = catalogue().filter(({ id }) => id in cases);

describe.each(runtimeNames.flatMap((runtime) => (['cold', 'waiting'] as const).map((how) => [runtime, how] as const)))(
  'programs as people write them, with %s in a sandbox that is %s',
  (runtime, how) => {
    if (!requireTool('root') || (!hasRuntime(runtime) && !requireTool(runtime))) return;
    jest.setTimeout(120_000);
    const runners = new Map<string, LocalRunner>();

    beforeAll(async () => {
      const { present } = await probeHost(languages, toolchainsDirectory());
      for (const language of languages) {
        const version = present.find((each) => each.language.id === language.id);
        if (version === undefined || (how === 'waiting' && version.version.prestart === undefined)) continue;
        const runner = await openLocalRunner({
          runtime,
          versions: [version],
          warm: how === 'waiting' ? 1 : 0,
        });
        runners.set(language.id, runner);
      }
    });
    afterAll(async () => {
      for (const runner of runners.values()) await runner.close();
    });

    const table = languages
      .filter(({ versions }) => how === 'cold' || versions.some(({ prestart }) => prestart !== undefined))
      .flatMap(({ id }) => Object.keys(cases[id]!).map((name) => [id, name] as const));

    it.each(table)('%s: %s', async (id, name) => {
      const { files, stdin, stdout, stderr, exitCode = 0, reason = 'ok', limits, ...options } = cases[id]![name]!;
      const runner = runners.get(id);
      if (runner === undefined)
        throw new Error(`the toolchain of ${id} is not on this machine: ./sandpiper test installs it`);
      if (how === 'waiting') await runner.sandboxPool.warm(runner.runtimes);
      const events: RunnerEvent[] = [];
      const exit = await runJob({
        job: {
          language: id,
          files: Object.entries(files).map(([file, content]) => ({ name: file, content })),
          stdin,
          limits,
          compileOptions: options.compileOptions?.slice(),
          runOptions: options.runOptions?.slice(),
        },
        runtime: runner.runtimes[0]!,
        sandboxPool: runner.sandboxPool,
        emit: (event) => events.push(event),
      }).ended;
      const text = (type: 'stdout' | 'stderr') =>
        events.flatMap((event) => (event.type === type ? [event.data] : [])).join('');
      expect({ reason: exit.reason, exitCode: exit.exitCode ?? -1, stderr: stderr ? '' : text('stderr') }).toEqual({
        reason,
        exitCode,
        stderr: '',
      });
      if (stdout !== undefined) expect(text('stdout')).toBe(stdout);
      if (stderr !== undefined) expect(text('stderr')).toMatch(stderr);
      await runner.sandboxPool.settled();
    });
  },
);
