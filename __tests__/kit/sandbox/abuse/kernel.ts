import { each, ended, OPENS, outcomes, SYSCALLS, tight, type AbuseCase } from './abuse-case';

const NAMESPACES = { user: 0x10000000, mount: 0x20000, pid: 0x20000000, net: 0x40000000, ipc: 0x8000000 } as const;
const KINDS = { ...NAMESPACES, uts: 0x4000000, cgroup: 0x2000000 } as const;
/** What the filter answers where programs shall do as on a kernel that lacks the call. */
const UNKNOWN = 'ENOSYS';
const REFUSED = 'EPERM';

/** Names of the attempts in a program. */
const attemptsIn = (code: string): string[] => [...code.matchAll(/^attempt\("([^"]+)"/gm)].map(([, name]) => name!);

/** A program of system calls, of which each is refused, those of `unknown` as if the kernel had none such. */
function refusedCalls(name: string, calls: string, unknown: readonly string[] = []): AbuseCase {
  return {
    name,
    language: 'python',
    code: `${SYSCALLS}${calls}`,
    limits: tight,
    ends: ended,
    check: (result) =>
      expect(outcomes(result)).toEqual({ ...each(attemptsIn(calls), REFUSED), ...each(unknown, UNKNOWN) }),
  };
}

/** Programs that call the kernel as no program need. */
export const kernelCases: readonly AbuseCase[] = [
  refusedCalls(
    'no new namespace can be made or entered',
    Object.entries(KINDS)
      .map(
        ([kind, flag]) =>
          `attempt("unshare ${kind}", 272, ${flag})\nattempt("clone ${kind}", 56, ${flag + 17}, 0, 0, 0, 0)\n`,
      )
      .join('')
      .concat('attempt("clone3", 435, ctypes.create_string_buffer(88), 88)\nattempt("setns", 308, 0, 0)\n'),
    ['clone3'],
  ),
  refusedCalls(
    'nothing can be mounted, and no root changed',
    `
attempt("mount tmpfs", 165, b"x", b"/tmp", b"tmpfs", 0, None)
attempt("remount root", 165, None, b"/", None, 0x20 | 0x1000, None)
attempt("umount", 166, b"/proc", 2)
attempt("pivot_root", 155, b"/tmp", b"/tmp")
attempt("chroot", 161, b"/tmp")
attempt("open_tree", 428, -100, b"/", 1)
attempt("fsopen", 430, b"tmpfs", 0)
attempt("move_mount", 429, -100, b"/tmp", -100, b"/work", 0)
attempt("mount_setattr", 442, -100, b"/", 0, ctypes.create_string_buffer(32), 32)
attempt("mknod disk", 133, b"/tmp/disk", 0o60666, 0xfe00)
`,
  ),
  {
    ...refusedCalls(
      'no process can be traced, and process 1 is closed',
      `
attempt("traceme", 101, 0, 0, 0, 0)
attempt("attach", 101, 16, 1, 0, 0)
attempt("seize", 101, 0x4206, 1, 0, 0)
attempt("process_vm_readv", 310, 1, None, 0, None, 0, 0)
attempt("process_vm_writev", 311, 1, None, 0, None, 0, 0)
attempt("pidfd_getfd", 438, 0, 0, 0)
attempt("kcmp", 312, 1, 1, 0, 0, 0)
attempt("kill init", 62, 1, 9)
${OPENS}
for path in ('mem', 'environ', 'maps', 'fd', 'root/', 'cwd/', 'fdinfo'): look(f'/proc/1/{path}')
`,
    ),
    check: (result, runtime) => {
      const calls = 'traceme attach seize process_vm_readv process_vm_writev pidfd_getfd kcmp'.split(' ');
      const files = ['mem', 'environ', 'maps', 'fd', 'root/', 'cwd/', 'fdinfo'].map((name) => `/proc/1/${name}`);
      expect(outcomes(result)).toEqual({
        ...each(calls, REFUSED),
        'kill init': REFUSED,
        ...each(files, 'refused'),
        // gVisor lists the numbers of descriptors to everyone; what lies behind them it does not give (`fd` above).
        ...(runtime === 'runsc' ? { '/proc/1/fdinfo': 'READ' } : {}),
      });
    },
  },
  refusedCalls(
    'kernel keys, io_uring, bpf, perf and other ways into the kernel are closed',
    `
attempt("add_key", 248, b"user", b"x", b"y", 1, -3)
attempt("request_key", 249, b"user", b"x", None, -3)
attempt("keyctl", 250, 0, -3, 1)
attempt("io_uring_setup", 425, 8, ctypes.create_string_buffer(120))
attempt("io_uring_enter", 426, 0, 0, 0, 0, None, 0)
attempt("io_uring_register", 427, 0, 0, None, 0)
attempt("bpf", 321, 0, ctypes.create_string_buffer(120), 120)
attempt("perf_event_open", 298, ctypes.create_string_buffer(120), 0, -1, -1, 0)
attempt("userfaultfd", 323, 1)
attempt("open_by_handle_at", 304, 0, ctypes.create_string_buffer(120), 0)
attempt("name_to_handle_at", 303, -100, b"/", ctypes.create_string_buffer(120), ctypes.create_string_buffer(8), 0)
attempt("init_module", 175, b"", 0, b"")
attempt("finit_module", 313, 0, b"", 0)
attempt("kexec_load", 246, 0, 0, None, 0)
attempt("reboot", 169, 0xfee1dead, 672274793, 0x4321fedc, None)
attempt("settimeofday", 164, ctypes.create_string_buffer(16), None)
attempt("clock_settime", 227, 0, ctypes.create_string_buffer(16))
attempt("sethostname", 170, b"x", 1)
attempt("swapon", 167, b"/tmp/x", 0)
attempt("acct", 163, b"/tmp/x")
attempt("quotactl", 179, 0, None, 0, None)
attempt("iopl", 172, 3)
attempt("ioperm", 173, 0, 1, 1)
attempt("modify_ldt", 154, 0, None, 0)
attempt("syslog", 103, 3, ctypes.create_string_buffer(64), 64)
attempt("fanotify_init", 300, 0, 0)
attempt("setuid 0", 105, 0)
attempt("setgid 0", 106, 0)
`,
    ['io_uring_setup', 'io_uring_enter', 'io_uring_register'],
  ),
  {
    ...refusedCalls(
      'only ordinary sockets can be made',
      `
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
print('loopback: ' + client.recv(2).decode())
`,
    ),
    check: (result) => {
      const { loopback, ...refused } = outcomes(result);
      expect(loopback).toBe('ok');
      const families = ['vsock', 'raw icmp', 'raw tcp', 'raw ipv6', 'packet', 'alg'];
      expect(refused).toEqual(each([...families, 'netfilter', 'audit', 'bluetooth', 'xdp', 'tipc'], REFUSED));
    },
  },
  {
    name: '32-bit system calls are not served',
    language: 'c',
    announces: 'calling',
    // getpid of the 32-bit table, which is writev in the other.
    code: `
#include <stdio.h>
int main(void) {
  puts("calling");
  fflush(stdout);
  getchar();
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
  printf("pid=%ld\\n", result);
}
`,
    limits: tight,
    // The filter knows no other architecture and ends the program; gVisor answers as the filter's default does.
    ends: { linux: { reason: 'ok', signal: 'SIGSYS' }, runsc: ended },
    check: ({ stdout }, runtime) => expect(stdout).toBe(`calling\n${runtime !== 'runsc' ? '' : 'pid=-1\n'}`),
  },
  {
    name: 'x32 system calls are not served',
    language: 'python',
    announces: 'calling',
    code: `${SYSCALLS}
print("calling", flush=True)
input()
attempt("x32 getpid", 0x40000000 + 39)
`,
    limits: tight,
    ends: { linux: { reason: 'ok', signal: 'SIGSYS' }, runsc: ended },
    check: ({ stdout }, runtime) => expect(stdout).toBe(`calling\n${runtime !== 'runsc' ? '' : 'x32 getpid: EPERM\n'}`),
  },
];
