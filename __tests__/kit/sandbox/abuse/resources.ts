import { counted, ended, MEBIBYTE, outOfMemory, tight, withRun, type AbuseCase } from './abuse-case';

/** Programs that take all there is of memory, processes, time and output. */
export const resourceCases: readonly AbuseCase[] = [
  {
    name: 'a memory bomb is ended as out of memory',
    language: 'python',
    announces: 'growing',
    code: 'x = []\nprint("growing", flush=True)\ninput()\nwhile True: x.append(bytearray(4 << 20))\n',
    limits: tight,
    ends: outOfMemory,
  },
  {
    name: 'files in memory count as memory',
    language: 'python',
    announces: 'growing',
    code: `
import os
files = []
print("growing", flush=True)
input()
while True:
    fd = os.memfd_create('x')
    files.append(fd)
    os.write(fd, b'x' * (8 << 20))
`,
    limits: tight,
    ends: outOfMemory,
  },
  {
    name: 'a fork bomb stops at the limit of processes',
    language: 'python',
    announces: 'forking',
    code: `
import os, time
n = 0
print("forking", flush=True)
input()
try:
    while n < 3000:
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
        n += 1
except BlockingIOError:
    print("refused", flush=True)
print(f"forks={n}", flush=True)
`,
    // Under gVisor each process takes 4 MiB of the memory.
    limits: withRun({ memoryBytes: 128 * MEBIBYTE }),
    ends: { ...ended, limit: 'processes' },
    check: (result) => {
      expect(result.stdout).toContain('refused');
      expect(counted(result, 'forks')).toBe(23);
    },
  },
  {
    name: 'a thread bomb stops at the limit of processes',
    language: 'python',
    announces: 'threading',
    code: `
import threading, time, os
threading.stack_size(65536)
n = 0
print("threading", flush=True)
input()
try:
    while n < 3000:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        n += 1
except RuntimeError as e:
    print("refused", flush=True)
print(f"threads={n}", flush=True)
os._exit(0)
`,
    limits: tight,
    ends: { ...ended, limit: 'processes' },
    check: (result) => {
      expect(result.stdout).toContain('refused');
      expect(counted(result, 'threads')).toBe(23);
    },
  },
  {
    name: 'a fork bomb that breeds is kept small until its time ends',
    language: 'bash',
    announces: 'breeding',
    code: 'echo breeding; read -r _; bomb() { bomb | bomb & }; bomb; sleep 600',
    limits: withRun({ wallMs: 5_000, processes: 32, memoryBytes: 128 * MEBIBYTE }),
    ends: { reason: 'timeout', limit: 'wall', signal: 'SIGKILL' },
    check: ({ stderr }) => expect(stderr).toContain('fork: retry: Resource temporarily unavailable'),
  },
  {
    name: 'a spinning program ends with its processor time, before its wall time',
    language: 'python',
    announces: 'spinning',
    code: 'print("spinning", flush=True)\ninput()\nwhile True: pass\n',
    limits: withRun({ cpuMs: 1_500 }),
    ends: { reason: 'timeout', limit: 'cpu', signal: 'SIGKILL' },
    check: ({ usage }) => expect(usage[0]!.cpuMs).toBeGreaterThanOrEqual(1_500),
  },
  {
    name: 'processor time is counted over all processes',
    language: 'bash',
    announces: 'spinning',
    code: 'echo spinning; read -r _; for i in 1 2 3 4; do (while :; do :; done) & done; wait',
    limits: withRun({ cpuMs: 1_500 }),
    ends: { reason: 'timeout', limit: 'cpu', signal: 'SIGKILL' },
    check: ({ usage }) => expect(usage[0]!.cpuMs).toBeGreaterThanOrEqual(1_500),
  },
  {
    name: 'a sleeping program ends with its wall time',
    language: 'bash',
    announces: 'sleeping',
    code: 'echo sleeping; read -r _; sleep 600',
    limits: withRun({ wallMs: 4_000 }),
    ends: { reason: 'timeout', limit: 'wall', signal: 'SIGKILL' },
    check: ({ usage }) => expect(usage[0]!.wallMs).toBeGreaterThanOrEqual(4_000),
  },
  {
    name: 'stopping everything, itself and process 1 too, does not keep it alive',
    language: 'python',
    announces: 'stopping',
    code: `
import os, signal
print("stopping", flush=True)
input()
for pid in (1, os.getppid(), -1):
    for s in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
        if pid == -1 and s != signal.SIGSTOP: continue
        try: os.kill(pid, s)
        except OSError: pass
os.kill(os.getpid(), signal.SIGSTOP)
print("went on", flush=True)
`,
    limits: withRun({ wallMs: 5_000 }),
    ends: { reason: 'timeout', limit: 'wall', signal: 'SIGKILL' },
    check: ({ stdout }) => expect(stdout).toBe('stopping\n'),
  },
  {
    name: 'daemons that left their session and ignore TERM end with their job',
    language: 'bash',
    code: `
for i in 1 2 3; do (setsid bash -c "trap '' TERM HUP INT; echo daemon; while :; do sleep 86399; done" &); done
until [ "$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -o 'sleep 86399 ' | wc -l)" = 3 ]; do sleep 0.1; done
echo done`,
    limits: tight,
    ends: ended,
    check: ({ stdout }) => expect(stdout).toBe('daemon\ndaemon\ndaemon\ndone\n'),
  },
  ...(['stdout', 'stderr'] as const).map((stream): AbuseCase => ({
    name: `a flood on ${stream} is cut, with a mark`,
    language: 'bash',
    announces: 'flooding',
    code: `echo flooding; read -r _; yes attack > /dev/${stream}`,
    limits: tight,
    ends: { reason: 'outputLimit', limit: 'output', signal: 'SIGKILL' },
    check: (result) => {
      const mark = '\n[cut after 65536 bytes]\n';
      expect(result[stream].slice(-mark.length)).toBe(mark);
      expect(result[stream]).toHaveLength(65_536 + mark.length);
      expect(result.usage[0]).toMatchObject(
        stream === 'stdout' ? { stdoutBytes: 65_536, stderrBytes: 0 } : { stdoutBytes: 9, stderrBytes: 65_536 },
      );
    },
  })),
  {
    name: 'a flood on both streams at once is cut on each that overflowed',
    language: 'bash',
    announces: 'flooding',
    code: 'echo flooding; read -r _; yes out & yes err >&2 & wait',
    limits: tight,
    ends: { reason: 'outputLimit', limit: 'output', signal: 'SIGKILL' },
    // The first to overflow ends the program; how far the other one came by then is a race between the two.
    check: ({ stdout, stderr, usage }) => {
      const [{ stdoutBytes, stderrBytes }] = usage as [(typeof usage)[number]];
      expect(Math.max(stdoutBytes, stderrBytes)).toBe(65_536);
      for (const [text, bytes] of [
        [stdout, stdoutBytes],
        [stderr, stderrBytes],
      ] as const) {
        expect(bytes).toBeLessThanOrEqual(65_536);
        expect(text.endsWith('\n[cut after 65536 bytes]\n')).toBe(bytes === 65_536);
      }
    },
  },
];
