import type { RequestedLimits } from '../../../services/protocol/limits';
import type { RuntimeName } from '../../../services/runner/sandbox/runtime';
import type { JobResult } from './sandbox-host';

/** A program that attacks, and how its containment shows. */
export interface AbuseCase {
  readonly name: string;
  readonly language: 'bash' | 'python' | 'c' | 'cpp';
  readonly code: string;
  readonly limits?: RequestedLimits;
  /** Fails unless the attack ran and was contained. */
  readonly expect: (result: JobResult, runtime: RuntimeName) => void;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Small limits, so that a bomb meets them soon; times long enough for what a slow machine does before the attack (gVisor and a
 * compiler start several times slower on a busy one).
 */
const tight: RequestedLimits = {
  run: { wallMs: 15_000, cpuMs: 10_000, memoryBytes: 64 * MEBIBYTE, processes: 24, openFiles: 64, outputBytes: 65_536 },
  compile: { wallMs: 12_000, cpuMs: 8_000, memoryBytes: 96 * MEBIBYTE, processes: 24 },
  workBytes: 8 * MEBIBYTE,
  workInodes: 256,
};
const withRun = (run: RequestedLimits['run']): RequestedLimits => ({ ...tight, run: { ...tight.run, ...run } });

/** Number that a program printed as `<name>=<number>`. */
function counted(result: JobResult, name: string): number {
  const match = new RegExp(`${name}=(\\d+)`).exec(result.stdout);
  expect(result.stdout).toMatch(`${name}=`);
  return Number(match![1]);
}

/** What a program printed for attempts of the form `<name>: <outcome>`, by name. */
function outcomes({ stdout }: JobResult): Record<string, string> {
  const lines = stdout.split('\n').filter((line) => line.includes(': '));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
}

/** All attempts were made, and each was refused. */
function allRefused(result: JobResult, names: readonly string[]): void {
  expect(result.exit).toMatchObject({ reason: 'ok', exitCode: 0 });
  const found = outcomes(result);
  expect(Object.keys(found).sort()).toEqual([...names].sort());
  for (const name of names) expect(`${name}: ${found[name]}`).toMatch(/: (E[A-Z0-9]+|refused|absent|empty)$/);
}

/** Tries system calls by number, as no library would. */
const SYSCALLS = `
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, *args):
    ctypes.set_errno(0)
    result = libc.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    print(f"{name}: {'DONE' if result != -1 else errno.errorcode[ctypes.get_errno()]}", flush=True)
`;
const OPENS = `
import os
def attempt(path, mode='rb'):
    try:
        if os.path.isdir(path):
            print(f"{path}: {'READ' if os.listdir(path) else 'empty'}")
        else:
            with open(path, mode, buffering=0) as f:
                print(f"{path}: {'WRITTEN' if 'w' in mode and f.write(b'1') else 'READ' if 'r' in mode and f.read(16) else 'empty'}")
    except FileNotFoundError:
        print(f"{path}: absent")
    except OSError as e:
        print(f"{path}: refused")
`;

export const abuseCases: readonly AbuseCase[] = [
  {
    name: 'a memory bomb is ended as out of memory',
    language: 'python',
    code: 'x = []\nprint("growing", flush=True)\nwhile True: x.append(bytearray(4 << 20))\n',
    limits: tight,
    expect: ({ stdout, exit }) => {
      expect(stdout).toBe('growing\n');
      expect(exit).toMatchObject({ reason: 'outOfMemory', limit: 'memory' });
    },
  },
  {
    name: 'a fork bomb stops at the limit of processes',
    language: 'python',
    code: `
import os, time
n = 0
print("forking", flush=True)
try:
    while n < 3000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        n += 1
except OSError as e:
    print("refused", flush=True)
print(f"forks={n}", flush=True)
`,
    limits: tight,
    expect: (result, runtime) => {
      expect(result.stdout).toContain('forking');
      expect(result.exit.limit).toBeDefined();
      if (runtime === 'crun') {
        expect(result.exit).toMatchObject({ reason: 'ok', exitCode: 0, limit: 'processes' });
        expect(counted(result, 'forks')).toBeLessThan(24);
        expect(counted(result, 'forks')).toBeGreaterThan(15);
      } else {
        expect(result.stdout).not.toContain('forks=3000');
        expect(['limitExceeded', 'outOfMemory', 'timeout', 'ok']).toContain(result.exit.reason);
      }
    },
  },
  {
    name: 'a fork bomb that breeds ends with its time',
    language: 'bash',
    // The pause lets the word out before there is no processor time left to carry it.
    code: 'echo breeding; sleep 0.5; bomb() { bomb | bomb & }; bomb; sleep 60',
    limits: withRun({ wallMs: 5_000, processes: 32 }),
    expect: ({ stdout, exit }) => {
      expect(stdout).toContain('breeding');
      expect(['wall', 'cpu', 'processes', 'memory']).toContain(exit.limit);
    },
  },
  {
    name: 'a thread bomb stops at the limit of processes',
    language: 'python',
    code: `
import threading, time, os
threading.stack_size(65536)
n = 0
print("threading", flush=True)
try:
    while n < 3000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        n += 1
except Exception as e:
    print("refused", flush=True)
print(f"threads={n}", flush=True)
os._exit(0)
`,
    limits: tight,
    expect: (result, runtime) => {
      expect(result.stdout).toContain('threading');
      expect(result.exit.limit).toBeDefined();
      if (runtime === 'crun') {
        expect(result.exit).toMatchObject({ reason: 'ok', limit: 'processes' });
        expect(counted(result, 'threads')).toBeLessThan(24);
      } else {
        expect(result.stdout).not.toContain('threads=3000');
      }
    },
  },
  {
    name: 'a spinning program ends with its processor time, before its wall time',
    language: 'python',
    code: 'import time\nprint("spinning", flush=True)\ntime.sleep(0.5)\nwhile True: pass\n',
    limits: withRun({ cpuMs: 1_500, wallMs: 60_000 }),
    expect: ({ stdout, exit, usage }) => {
      expect(stdout).toBe('spinning\n');
      expect(exit).toMatchObject({ reason: 'timeout', limit: 'cpu' });
      expect(usage[0]!.cpuMs).toBeGreaterThanOrEqual(1_500);
    },
  },
  {
    name: 'processor time is counted over all processes',
    language: 'bash',
    code: 'echo spinning; sleep 0.5; for i in 1 2 3 4; do (while :; do :; done) & done; wait',
    limits: withRun({ cpuMs: 1_500, wallMs: 60_000 }),
    expect: ({ stdout, exit }) => {
      expect(stdout).toBe('spinning\n');
      expect(exit).toMatchObject({ reason: 'timeout', limit: 'cpu' });
    },
  },
  {
    name: 'a sleeping program ends with its wall time',
    language: 'bash',
    code: 'echo sleeping; sleep 60',
    limits: withRun({ wallMs: 4_000 }),
    expect: ({ stdout, exit, usage }) => {
      expect(stdout).toBe('sleeping\n');
      expect(exit).toMatchObject({ reason: 'timeout', limit: 'wall' });
      expect(usage[0]!.wallMs).toBeGreaterThanOrEqual(4_000);
    },
  },
  {
    name: 'stopping everything, itself and process 1 too, does not keep it alive',
    language: 'python',
    code: `
import os, signal
for pid in (1, os.getppid(), -1):
    for s in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
        if pid == -1 and s != signal.SIGSTOP: continue
        try: os.kill(pid, s)
        except OSError: pass
print("stopping", flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
`,
    limits: withRun({ wallMs: 5_000 }),
    expect: ({ stdout, exit }) => {
      expect(stdout).toBe('stopping\n');
      expect(exit).toMatchObject({ reason: 'timeout', limit: 'wall', signal: 'SIGKILL' });
    },
  },
  {
    name: 'a daemon that left its session and ignores TERM ends with its job',
    language: 'bash',
    code: 'for i in 1 2 3; do (setsid bash -c "trap \'\' TERM HUP INT; echo daemon; while :; do sleep 86399; done" &); done; sleep 2; echo done',
    limits: tight,
    expect: ({ stdout, exit }) => {
      expect(stdout.split('\n').sort().join(' ').trim()).toBe('daemon daemon daemon done');
      expect(exit).toMatchObject({ reason: 'ok', exitCode: 0 });
    },
  },
  {
    name: 'a flood on both streams is cut, each with a mark',
    language: 'bash',
    code: '(yes out & yes err >&2 & wait)',
    limits: tight,
    expect: ({ stdout, stderr, exit, usage }) => {
      expect(exit).toMatchObject({ reason: 'outputLimit', limit: 'output' });
      const full = [stdout, stderr].filter((text) => text.endsWith('\n[cut after 65536 bytes]\n'));
      expect(full.length).toBeGreaterThanOrEqual(1);
      expect(usage[0]!.stdoutBytes).toBeLessThanOrEqual(65_536);
      expect(usage[0]!.stderrBytes).toBeLessThanOrEqual(65_536);
      expect(Math.max(usage[0]!.stdoutBytes, usage[0]!.stderrBytes)).toBe(65_536);
    },
  },
  {
    name: 'the disk ends where its limit is',
    language: 'python',
    code: `
import os
written = 0
for directory in ('/work', '/tmp', '/dev/shm'):
    try:
        for i in range(100):
            with open(f'{directory}/{i}', 'wb', buffering=0) as f: written += f.write(b'x' * (1 << 20))
    except OSError as e:
        print(f"{directory}: {'ENOSPC' if e.errno == 28 else e}")
print(f"mebibytes={written >> 20}")
`,
    limits: tight,
    expect: (result) => {
      expect(outcomes(result)).toEqual({ '/work': 'ENOSPC', '/tmp': 'ENOSPC', '/dev/shm': 'ENOSPC' });
      expect(counted(result, 'mebibytes')).toBeLessThanOrEqual(8 + 8 + 16);
      expect(result.exit).toMatchObject({ reason: 'ok', limit: 'disk' });
    },
  },
  {
    name: 'so many files are refused, or end the job for their memory',
    language: 'python',
    code: `
n = 0
print("making", flush=True)
try:
    while n < 10_000_000:
        open(f'/work/{n}', 'wb').close()
        n += 1
except OSError as e:
    print("refused", flush=True)
print(f"files={n}", flush=True)
`,
    limits: tight,
    expect: (result, runtime) => {
      expect(result.stdout).toContain('making');
      if (runtime === 'crun') {
        expect(counted(result, 'files')).toBeLessThan(256);
        expect(result.exit).toMatchObject({ reason: 'ok', limit: 'disk' });
      } else {
        expect(['memory', 'cpu', 'wall', 'disk']).toContain(result.exit.limit);
      }
    },
  },
  {
    name: 'a huge sparse file is refused',
    language: 'python',
    code: `
import errno, os
for name, size in (('terabyte', 1 << 40), ('exabyte', 1 << 62)):
    try:
        with open('/work/sparse', 'wb') as f: f.truncate(size)
        print(f"{name}: MADE")
    except OSError as e:
        print(f"{name}: {errno.errorcode[e.errno]}")
`,
    limits: withRun({ fileBytes: 4 * MEBIBYTE }),
    expect: (result) => allRefused(result, ['terabyte', 'exabyte']),
  },
  {
    name: 'writing past the size of a file is ended by the signal for it',
    language: 'bash',
    code: 'echo writing; exec head -c 5000000 /dev/zero > /work/big',
    limits: withRun({ fileBytes: MEBIBYTE }),
    expect: ({ stdout, exit }, runtime) => {
      expect(stdout).toBe('writing\n');
      if (runtime === 'crun')
        expect(exit).toMatchObject({ reason: 'limitExceeded', limit: 'fileSize', signal: 'SIGXFSZ' });
      else expect(exit.exitCode === 0).toBe(false);
    },
  },
  {
    name: 'files in memory count as memory',
    language: 'python',
    code: `
import os, time
files = []
print("growing", flush=True)
# The line leaves before gVisor, which is ended with the program, is gone.
time.sleep(1)
while True:
    fd = os.memfd_create('x')
    files.append(fd)
    os.write(fd, b'x' * (8 << 20))
`,
    limits: tight,
    expect: ({ stdout, exit }) => {
      expect(stdout).toBe('growing\n');
      expect(exit).toMatchObject({ reason: 'outOfMemory', limit: 'memory' });
    },
  },
  {
    name: 'leaked descriptors end at their limit',
    language: 'python',
    code: `
import errno
files = []
try:
    while True: files.append(open('/dev/null'))
except OSError as e:
    n = len(files)
    del files
    print(f"{errno.errorcode[e.errno]} descriptors={n}")
`,
    limits: tight,
    expect: (result) => {
      expect(result.stdout).toContain('EMFILE');
      expect(counted(result, 'descriptors')).toBeLessThan(64);
    },
  },
  {
    name: 'no new namespace can be made or entered',
    language: 'python',
    code: `${SYSCALLS}
for name, flag in dict(user=0x10000000, mount=0x20000, pid=0x20000000, net=0x40000000, ipc=0x08000000, uts=0x04000000, cgroup=0x02000000).items():
    attempt(f"unshare {name}", 272, flag)
    attempt(f"clone {name}", 56, flag | 17, 0, 0, 0, 0)
attempt("clone3", 435, ctypes.create_string_buffer(88), 88)
attempt("setns", 308, 0, 0)
`,
    limits: tight,
    expect: (result) => {
      const kinds = ['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup'];
      allRefused(result, [...kinds.flatMap((kind) => [`unshare ${kind}`, `clone ${kind}`]), 'clone3', 'setns']);
    },
  },
  {
    name: 'nothing can be mounted, and no root changed',
    language: 'python',
    code: `${SYSCALLS}
attempt("mount tmpfs", 165, b"x", b"/tmp", b"tmpfs", 0, None)
attempt("remount root", 165, None, b"/", None, 0x20 | 0x1000, None)
attempt("umount", 166, b"/proc", 2)
attempt("pivot_root", 155, b"/tmp", b"/tmp")
attempt("chroot", 161, b"/tmp")
attempt("open_tree", 428, -100, b"/", 1)
attempt("fsopen", 430, b"tmpfs", 0)
attempt("move_mount", 429, -100, b"/tmp", -100, b"/work", 0)
attempt("mknod disk", 133, b"/tmp/disk", 0o60666, 0xfe00)
`,
    limits: tight,
    expect: (result) =>
      allRefused(result, [
        'mount tmpfs',
        'remount root',
        'umount',
        'pivot_root',
        'chroot',
        'open_tree',
        'fsopen',
        'move_mount',
        'mknod disk',
      ]),
  },
  {
    name: 'no process can be traced, and process 1 is closed',
    language: 'python',
    code: `${SYSCALLS}
attempt("traceme", 101, 0, 0, 0, 0)
attempt("attach", 101, 16, 1, 0, 0)
attempt("process_vm_readv", 310, 1, None, 0, None, 0, 0)
attempt("process_vm_writev", 311, 1, None, 0, None, 0, 0)
attempt("pidfd_getfd", 438, 0, 0, 0)
attempt("kcmp", 312, 1, 1, 0, 0, 0)
${OPENS.replaceAll('attempt', 'look')}
for path in ('/proc/1/mem', '/proc/1/environ', '/proc/1/maps', '/proc/1/fd', '/proc/1/fdinfo', '/proc/1/root/'): look(path)
`,
    limits: tight,
    expect: (result, runtime) => {
      const found = outcomes(result);
      for (const call of ['traceme', 'attach', 'process_vm_readv', 'process_vm_writev', 'pidfd_getfd', 'kcmp'])
        expect(`${call}: ${found[call]}`).toMatch(/: E[A-Z]+$/);
      expect(`mem: ${found['/proc/1/mem']}`).toMatch(/: (refused|absent|empty)$/);
      expect(`environ: ${found['/proc/1/environ']}`).toMatch(/: (refused|absent|empty)$/);
      if (runtime === 'crun') expect(Object.values(found)).not.toContain('READ');
    },
  },
  {
    name: 'kernel keys, io_uring, bpf, perf and other ways into the kernel are closed',
    language: 'python',
    code: `${SYSCALLS}
attempt("add_key", 248, b"user", b"x", b"y", 1, -3)
attempt("request_key", 249, b"user", b"x", None, -3)
attempt("keyctl", 250, 0, -3, 1)
attempt("io_uring_setup", 425, 8, ctypes.create_string_buffer(120))
attempt("bpf", 321, 0, ctypes.create_string_buffer(120), 120)
attempt("perf_event_open", 298, ctypes.create_string_buffer(120), 0, -1, -1, 0)
attempt("userfaultfd", 323, 1)
attempt("open_by_handle_at", 304, 0, ctypes.create_string_buffer(120), 0)
attempt("name_to_handle_at", 303, -100, b"/", ctypes.create_string_buffer(120), ctypes.create_string_buffer(8), 0)
attempt("init_module", 175, b"", 0, b"")
attempt("kexec_load", 246, 0, 0, None, 0)
attempt("reboot", 169, 0xfee1dead, 672274793, 0x4321fedc, None)
attempt("settimeofday", 164, ctypes.create_string_buffer(16), None)
attempt("sethostname", 170, b"x", 1)
attempt("swapon", 167, b"/tmp/x", 0)
attempt("acct", 163, b"/tmp/x")
attempt("quotactl", 179, 0, None, 0, None)
attempt("iopl", 172, 3)
attempt("syslog", 103, 3, ctypes.create_string_buffer(64), 64)
attempt("setuid 0", 105, 0)
`,
    limits: tight,
    expect: (result) => {
      expect(Object.keys(outcomes(result))).toHaveLength(20);
      allRefused(result, Object.keys(outcomes(result)));
    },
  },
  {
    name: 'only ordinary sockets can be made',
    language: 'python',
    code: `${SYSCALLS}
attempt("vsock", 41, 40, 1, 0)
attempt("raw icmp", 41, 2, 3, 1)
attempt("raw tcp", 41, 2, 3, 6)
attempt("raw ipv6", 41, 10, 3, 58)
attempt("packet", 41, 17, 3, 0x300)
attempt("alg", 41, 38, 5, 0)
attempt("netfilter", 41, 16, 3, 12)
attempt("audit", 41, 16, 3, 9)
attempt("bluetooth", 41, 31, 3, 1)
attempt("xdp", 41, 44, 3, 0)
attempt("tipc", 41, 30, 2, 0)
import socket
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
server.accept()[0].send(b'ok')
print('loopback=' + client.recv(2).decode())
`,
    limits: tight,
    expect: (result) => {
      expect(result.stdout).toContain('loopback=ok');
      expect(Object.keys(outcomes(result))).toHaveLength(11);
      allRefused(result, Object.keys(outcomes(result)));
    },
  },
  {
    name: '32-bit system calls are not served',
    language: 'c',
    code: `
#include <stdio.h>
int main(void) {
  puts("calling");
  fflush(stdout);
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
  printf("pid=%ld\\n", result);
}
`,
    limits: tight,
    expect: ({ stdout, exit }) => {
      expect(stdout.startsWith('calling\n')).toBe(true);
      expect(stdout).not.toMatch(/pid=\d/);
      expect(exit.stage).toBe('run');
    },
  },
  {
    name: 'x32 system calls are not served',
    language: 'python',
    code: `${SYSCALLS}
print("calling", flush=True)
attempt("x32 getpid", 0x40000000 + 39)
`,
    limits: tight,
    expect: ({ stdout }) => {
      expect(stdout).toContain('calling');
      expect(stdout).not.toContain('DONE');
    },
  },
  {
    name: "the host's kernel and hardware cannot be read or set",
    language: 'python',
    code: `${OPENS}
for path in ('/proc/kcore', '/proc/keys', '/proc/sched_debug', '/proc/timer_list', '/sys/kernel', '/sys/firmware', '/sys/fs/cgroup', '/dev/mem', '/dev/kmem',
             '/dev/kvm', '/dev/vda', '/dev/sda', '/dev/fuse', '/dev/net/tun', '/dev/kmsg', '/dev/console'): attempt(path)
for path in ('/proc/sys/kernel/core_pattern', '/proc/sys/kernel/hostname', '/proc/sysrq-trigger', '/proc/sys/vm/drop_caches', '/proc/1/oom_score_adj', '/proc/sys/net/ipv4/ip_forward',
             '/usr/bin/planted', '/etc/passwd', '/planted', '/.sandbox/init'): attempt(path, 'wb')
`,
    limits: tight,
    expect: (result, runtime) => {
      const found = outcomes(result);
      expect(Object.keys(found)).toHaveLength(26);
      // gVisor shows a /sys and a /proc/kcore of its own, with nothing of the host's in it.
      const own =
        runtime === 'runsc' ? ['/sys/kernel', '/sys/fs/cgroup', '/sys/firmware', '/dev/net/tun', '/dev/fuse'] : [];
      for (const [path, outcome] of Object.entries(found)) {
        if (!own.includes(path)) expect(`${path}: ${outcome}`).toMatch(/: (refused|absent|empty)$/);
      }
    },
  },
  {
    name: "the host's accounts, secrets and environment are not there",
    language: 'python',
    code: `
import os
for path in ('/etc/shadow', '/etc/gshadow', '/etc/ssh', '/root/.ssh', '/root/.aws', '/root/.config', '/home', '/var/run/docker.sock', '/run/secrets', '/etc/machine-id', '/etc/hostname', '/var/log', '/etc/ssl/private'):
    try: print(f"{path}: {'READ' if (os.listdir(path) if os.path.isdir(path) else open(path).read() not in ('', 'sandbox' + chr(10))) else 'empty'}")
    except FileNotFoundError: print(f"{path}: absent")
    except OSError: print(f"{path}: refused")
print("environment=" + ",".join(sorted(os.environ)))
print("ids=" + ",".join(map(str, os.getresuid() + os.getresgid())) + " groups=" + str(os.getgroups()))
print("caps=" + ",".join(l.split()[1] for l in open('/proc/self/status') if l.startswith('Cap')))
print("pids=" + ",".join(p for p in os.listdir('/proc') if p.isdigit()))
`,
    limits: tight,
    expect: (result) => {
      allRefused(result, Object.keys(outcomes(result)));
      expect(Object.keys(outcomes(result))).toHaveLength(13);
      expect(result.stdout).toContain('environment=HOME,LANG,PATH\n');
      expect(result.stdout).toContain('ids=65534,65534,65534,65534,65534,65534');
      expect(result.stdout).toMatch(/caps=0{16}(,0{16}){4}\n/);
      expect(result.stdout).toMatch(/pids=1,\d+\n/);
    },
  },
  {
    name: 'links that lead out lead nowhere',
    language: 'bash',
    code: `
ln -s /etc/shadow /work/shadow; ln -s / /work/everything; ln -s /proc/1/root /work/init-root; ln /etc/passwd /work/hard 2>/dev/null && echo LINKED
cat /work/shadow 2>/dev/null && echo READ; ls /work/everything/root 2>/dev/null; cat /work/init-root/etc/shadow 2>/dev/null && echo READ
echo planted
`,
    limits: tight,
    expect: ({ stdout, exit }) => {
      expect(stdout).toBe('planted\n');
      expect(exit).toMatchObject({ reason: 'ok' });
    },
  },
  {
    name: 'a source that includes an endless device ends with the compile limits',
    language: 'c',
    code: '#include "/dev/zero"\nint main(void) {}\n',
    limits: tight,
    expect: ({ exit }) => {
      expect(exit.stage).toBe('compile');
      expect(['cpu', 'wall', 'memory']).toContain(exit.limit);
    },
  },
  {
    name: 'a source that includes random bytes ends with the compile limits',
    language: 'c',
    code: '#include "/dev/urandom"\nint main(void) {}\n',
    limits: tight,
    expect: ({ exit }) => {
      expect(exit.stage).toBe('compile');
      expect(['cpu', 'wall', 'memory', 'output']).toContain(exit.limit);
    },
  },
  {
    name: 'a macro bomb ends with the compile limits',
    language: 'c',
    code: macroBomb('x'),
    limits: tight,
    expect: ({ exit }) => {
      expect(exit.stage).toBe('compile');
      // Each element is an error, of which a megabyte fits.
      expect(['cpu', 'wall', 'memory', 'output']).toContain(exit.limit);
    },
  },
  {
    name: 'a template bomb ends with the compile limits',
    language: 'cpp',
    code: `
template <int N, int M> struct S { static const long v = S<N - 1, M * 2>::v + S<N - 1, M * 2 + 1>::v; };
template <int M> struct S<0, M> { static const long v = M; };
int main() { return S<22, 0>::v; }
`,
    limits: tight,
    expect: ({ exit }) => {
      expect(exit.stage).toBe('compile');
      expect(['cpu', 'wall', 'memory']).toContain(exit.limit);
    },
  },
  {
    name: 'a compiler that takes too much memory is ended as out of memory',
    language: 'c',
    code: macroBomb('1'),
    limits: { ...tight, compile: { wallMs: 30_000, cpuMs: 20_000, memoryBytes: 48 * MEBIBYTE } },
    expect: ({ exit }, runtime) => {
      expect(exit.stage).toBe('compile');
      if (runtime === 'crun') expect(exit).toMatchObject({ reason: 'outOfMemory', limit: 'memory' });
      else expect(['cpu', 'wall', 'memory']).toContain(exit.limit);
    },
  },
];

/** A hundred million times the element. */
function macroBomb(element: string): string {
  const letters = [...'ABCDEFGH'];
  const defines = letters.map(
    (letter, i) =>
      `#define ${letter} ${Array(10)
        .fill(letters[i - 1] ?? element)
        .join()}`,
  );
  return `${defines.join('\n')}\nint x, many[] = {H};\nint main(void) {}\n`;
}
