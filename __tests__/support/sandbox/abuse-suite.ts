import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RuntimeName } from '../../../services/runner/sandbox/runtime';
import { requireTool } from '../require-tool';
import { abuseCases, type AbuseCase } from './abuse-cases';
import { hasRuntime, openTestBench, runTestJob, type JobResult, type TestBench } from './sandbox-host';

/** A job that shares the machine with an attack, and what it must give. */
const NEIGHBOUR = 'import sys\nprint(sum(range(10_000)), sys.argv[1], input())\n';
const AT_ONCE = 4;

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

    const runtimeOf = (language: AbuseCase['language']) =>
      language === 'cpp'
        ? {
            ...bench.languages.c,
            language: 'cpp',
            sourceFile: 'main.cpp',
            compile: ['g++', '-ftemplate-depth=4000', '-o', 'main', '{source}'],
          }
        : bench.languages[language];

    beforeAll(async () => {
      bench = await openTestBench(name);
      const queue = [...abuseCases];
      const worker = async (): Promise<void> => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const [result, neighbour] = await Promise.all([
            runTestJob(bench, runtimeOf(next.language), { code: next.code, limits: next.limits }),
            runTestJob(bench, bench.languages.python, { code: NEIGHBOUR, args: [next.name], stdin: 'well\n' }),
          ]);
          results.set(next, result);
          neighbours.set(next, neighbour);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    }, 300_000);

    afterAll(() => bench?.close());

    it.each(abuseCases.map((abuse) => [abuse.name, abuse] as const))('%s', (_, abuse) => {
      const result = results.get(abuse)!;
      expect(result.exit.reason).not.toBe('sandboxError');
      abuse.expect(result, name);
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
      const plant = `
import os, socket, time, ctypes
libc = ctypes.CDLL(None)
for path in ('/tmp/planted', '/dev/shm/planted', '/work/planted', '/var/tmp/planted'):
    try: open(path, 'w').write('secret')
    except OSError: pass
libc.shmget(4711, 4096, 0o1666)
s = socket.socket(socket.AF_UNIX); s.bind(chr(0) + 'planted'); s.listen()
print('planted', flush=True)
time.sleep(1)
`;
      const look = `
import os, socket, ctypes
libc = ctypes.CDLL(None)
print([path for path in ('/tmp/planted', '/dev/shm/planted', '/work/planted', '/var/tmp/planted') if os.path.exists(path)])
print(libc.shmget(4711, 4096, 0), os.listdir('/tmp'), os.listdir('/dev/shm'), os.listdir('/work'))
try: socket.socket(socket.AF_UNIX).connect(chr(0) + 'planted'); print('CONNECTED')
except OSError: print('alone')
print(len([p for p in os.listdir('/proc') if p.isdigit()]))
`;
      const [planter, beside] = await Promise.all([
        runTestJob(bench, bench.languages.python, { code: plant }),
        new Promise((resolve) => setTimeout(resolve, 500)).then(() =>
          runTestJob(bench, bench.languages.python, { code: look }),
        ),
      ]);
      const after = await runTestJob(bench, bench.languages.python, { code: look });
      expect(planter.stdout).toBe('planted\n');
      for (const { stdout } of [beside, after]) expect(stdout).toBe("[]\n-1 [] [] ['main.py']\nalone\n2\n");
    }, 60_000);

    it('leaves no process behind', async () => {
      await bench.supply.settled();
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
