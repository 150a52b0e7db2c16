import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultLimits } from '../../../../services/protocol/limits';
import type { LanguageRuntime } from '../../../../services/sandbox/language-runtime';
import type { RuntimeName } from '../../../../services/sandbox/runtime';
import { requireTool } from '../../require-tool';
import { hasRuntime, openTestBench, runTestJob, whenPrinted, type JobResult, type TestBench } from '../sandbox-host';
import type { AbuseCase, Verdict } from './abuse-case';
import { abuseCases } from './abuse-cases';

/** A job that shares the machine with an attack, and what it must give. It goes on when the attack strikes. */
const NEIGHBOUR = 'import sys\nword = input()\nprint(sum(range(10_000)), sys.argv[1], word)\n';
const AT_ONCE = 4;
/** What cases ask for is less. */
const GRANTED = {
  ...defaultLimits,
  run: { ...defaultLimits.run, wallMs: 120_000, cpuMs: 60_000 },
  compile: { ...defaultLimits.compile, wallMs: 120_000, cpuMs: 60_000 },
};

/** Runs every attack under one runtime, some at a time, each with a neighbour; a test then looks at each. */
export function describeAbuse(name: RuntimeName): void {
  describe(`programs that attack, under ${name}`, () => {
    if (!requireTool(['root', 'gcc', 'g++', 'python3'])) return;
    if (!hasRuntime(name)) {
      requireTool(name);
      return;
    }
    let bench: TestBench;
    const results = new Map<AbuseCase, JobResult>();
    const neighbours = new Map<AbuseCase, JobResult>();

    const runtimeOf = (language: AbuseCase['language']): LanguageRuntime => {
      if (language !== 'cpp') return { ...bench.languages[language], limits: GRANTED };
      const compile = ['g++', '-ftemplate-depth=4000', '-o', 'main', '{source}'];
      return { ...bench.languages.c, language, sourceFile: 'main.cpp', compile, limits: GRANTED };
    };
    /**
     * Pages of a program are charged to the job that reads them from the disk: a compiler's first job would have a third of
     * its little memory taken by the compiler's own, which it then reads again and again instead of running out.
     */
    const readCompilers = async (): Promise<void> => {
      for (const language of ['c', 'cpp'] as const)
        await runTestJob(bench, runtimeOf(language), { code: 'int main() { return 0; }\n' });
    };
    const attack = (abuse: AbuseCase, strikes: () => void): Promise<JobResult> => {
      const { code, args, files, limits, announces } = abuse;
      if (announces === undefined) strikes();
      return runTestJob(bench, runtimeOf(abuse.language), {
        ...{ code, args, files, limits, stdinOpen: announces !== undefined },
        meanwhile: (job, events) => {
          if (announces === undefined) return;
          whenPrinted(job, events, `${announces}\n`, () => {
            strikes();
            void job.writeStdin(Buffer.from('now\n'));
          });
        },
      }).finally(strikes);
    };
    const withNeighbour = async (abuse: AbuseCase): Promise<void> => {
      let strikes: () => void;
      const struck = new Promise<void>((resolve) => (strikes = resolve));
      const [result, neighbour] = await Promise.all([
        attack(abuse, () => strikes()),
        runTestJob(bench, bench.languages.python, {
          ...{ code: NEIGHBOUR, args: [abuse.name], stdinOpen: true },
          meanwhile: (job) => void struck.then(() => job.writeStdin(Buffer.from('well\n'))),
        }),
      ]);
      results.set(abuse, result);
      neighbours.set(abuse, neighbour);
    };

    beforeAll(async () => {
      bench = await openTestBench(name);
      await readCompilers();
      const queue = [...abuseCases];
      const worker = async (): Promise<void> => {
        for (let next = queue.shift(); next; next = queue.shift()) await withNeighbour(next);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    }, 300_000);

    afterAll(() => bench?.close());

    it.each(abuseCases.map((abuse) => [abuse.name, abuse] as const))('%s', (_, abuse) => {
      const result = results.get(abuse)!;
      const { reason, limit, stage, ...rest }: Verdict =
        'linux' in abuse.ends ? abuse.ends[name === 'runsc' ? 'runsc' : 'linux'] : abuse.ends;
      const { exit } = result;
      expect({ reason: exit.reason, limit: exit.limit, stage: exit.stage, message: exit.message }).toEqual({
        ...{ reason, limit, stage: stage ?? 'run', message: undefined },
      });
      expect(exit).toMatchObject(rest);
      if (abuse.announces !== undefined) expect(result.stdout.split('\n')[0]).toBe(abuse.announces);
      abuse.check?.(result, name);
    });

    it('every neighbour gave its right result meanwhile', () => {
      expect(neighbours.size).toBe(abuseCases.length);
      for (const [abuse, { stdout, exit }] of neighbours) {
        expect(stdout).toBe(`49995000 ${abuse.name} well\n`);
        expect(exit).toMatchObject({ reason: 'ok', exitCode: 0 });
      }
    });

    it('no address of the host, the network or a metadata service is reached, in compile and run alike', async () => {
      const server = http.createServer((_, response) => response.end('reached'));
      await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
      const { port } = server.address() as AddressInfo;
      const code = `
import socket, sys
targets = [('169.254.169.254', 80), ('fd00:ec2::254', 80), ('169.254.170.2', 80), ('127.0.0.1', ${port}), ('::1', ${port}), ('10.0.0.1', ${port}), ('8.8.8.8', 53)]
for target in targets:
    try:
        socket.create_connection(target, 1).close()
        print('CONNECTED', target)
    except OSError as e:
        print('unreachable')
for name in ('metadata.google.internal', 'deb.debian.org'):
    try: print('RESOLVED', socket.getaddrinfo(name, 80))
    except OSError: print('unresolved')
print(len([line for line in open('/proc/net/dev')]) - 2, 'devices')
open('main', 'w').write('')
`;
      const both = { ...bench.languages.python, compile: ['python3', '{source}'], prestart: undefined };
      const { stdout, exit } = await runTestJob(bench, both, { code });
      server.close();
      expect(exit).toMatchObject({ reason: 'ok', exitCode: 0 });
      const once = `${'unreachable\n'.repeat(7)}${'unresolved\n'.repeat(2)}1 devices\n`;
      expect(stdout).toBe(once + once);
    }, 60_000);

    it('a job sees nothing of another, before or beside it', async () => {
      const paths = "('/tmp/planted', '/dev/shm/planted', '/work/planted', '/var/tmp/planted', '/run/planted')";
      const plant = `
import os, socket, ctypes
libc = ctypes.CDLL(None)
for path in ${paths}:
    try: open(path, 'w').write('secret')
    except OSError: pass
print([path for path in ${paths} if os.path.exists(path)])
print([f(*args) >= 0 for f, args in ((libc.shmget, (4711, 4096, 0o1666)), (libc.semget, (4711, 1, 0o1666)), (libc.msgget, (4711, 0o1666)))])
s = socket.socket(socket.AF_UNIX); s.bind(chr(0) + 'planted'); s.listen()
t = socket.create_server(('127.0.0.1', 4711))
print('planted', flush=True)
input()
`;
      const look = `
import os, socket, ctypes
libc = ctypes.CDLL(None)
print([path for path in ${paths} if os.path.exists(path)])
print([f(*args) for f, args in ((libc.shmget, (4711, 4096, 0)), (libc.semget, (4711, 1, 0)), (libc.msgget, (4711, 0)))])
print(os.listdir('/tmp'), os.listdir('/dev/shm'), os.listdir('/work'))
for family, address in ((socket.AF_UNIX, chr(0) + 'planted'), (socket.AF_INET, ('127.0.0.1', 4711))):
    try: socket.socket(family).connect(address); print('CONNECTED')
    except OSError: print('alone')
print(len([p for p in os.listdir('/proc') if p.isdigit()]))
`;
      let beside: Promise<JobResult> | undefined;
      const planter = await runTestJob(bench, bench.languages.python, {
        ...{ code: plant, stdinOpen: true },
        meanwhile: (job, events) =>
          whenPrinted(job, events, 'planted\n', () => {
            beside = runTestJob(bench, bench.languages.python, { code: look });
            void beside.then(() => job.writeStdin(Buffer.from('seen\n')));
          }),
      });
      const after = await runTestJob(bench, bench.languages.python, { code: look });
      expect(planter.exit).toMatchObject({ reason: 'ok', exitCode: 0 });
      const [, planted] = planter.stdout.split('\n');
      expect(planter.stdout).toBe(`['/tmp/planted', '/dev/shm/planted', '/work/planted']\n${planted}\nplanted\n`);
      expect(planted).toBe('[True, True, True]');
      for (const { stdout } of [await beside!, after])
        expect(stdout).toBe("[]\n[-1, -1, -1]\n[] [] ['main.py']\nalone\nalone\n2\n");
    }, 60_000);

    it('leaves no process behind', async () => {
      await bench.sandboxPool.settled();
      const commands = fs
        .readdirSync('/proc')
        .filter((pid) => /^\d+$/.test(pid))
        .map((pid) => {
          try {
            return fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
          } catch {
            return '';
          }
        });
      expect(commands.filter((command) => command.includes('sleep 86399'))).toEqual([]);
    });
  });
}
