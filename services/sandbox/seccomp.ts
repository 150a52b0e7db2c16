/** Part of `linux.seccomp` in the OCI runtime specification. */
export interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly {
    readonly names: readonly string[];
    readonly action: string;
    readonly errnoRet?: number;
    readonly args?: readonly {
      readonly index: number;
      readonly value: number;
      readonly valueTwo?: number;
      readonly op: string;
    }[];
  }[];
}

const EPERM = 1;
const ENOTTY = 25;
/** ioctl(2) requests that isatty(3) asks with, of older and of newer C libraries. */
const TCGETS = 0x5401;
const TCGETS2 = 0x802c542a;

/**
 * What programs may call. Not here, and so refused: new namespaces (unshare, setns, clone3, whose flags no filter can see),
 * mounts, chroot, other processes' memory (ptrace, process_vm_*, kcmp, pidfd_getfd), kernel keys, io_uring, bpf,
 * perf_event_open, userfaultfd, file handles, modules, clocks, swap, quotas, accounting, NUMA policy of other processes.
 */
const ALLOWED: Readonly<Record<string, string>> = {
  files:
    'read write open close stat fstat lstat lseek pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 access pipe pipe2 dup dup2 dup3 ' +
    'fcntl flock fsync fdatasync sync syncfs sync_file_range truncate ftruncate fallocate getdents getdents64 getcwd chdir fchdir rename renameat ' +
    'renameat2 mkdir mkdirat rmdir creat link linkat unlink unlinkat symlink symlinkat readlink readlinkat chmod fchmod fchmodat fchmodat2 chown fchown lchown ' +
    'fchownat umask utime utimes futimesat utimensat mknod mknodat statfs fstatfs openat openat2 newfstatat statx faccessat faccessat2 ' +
    'sendfile splice tee vmsplice copy_file_range readahead fadvise64 memfd_create close_range cachestat ' +
    'getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr ' +
    'inotify_init inotify_init1 inotify_add_watch inotify_rm_watch io_setup io_destroy io_getevents io_submit io_cancel io_pgetevents',
  memory:
    'mmap mprotect munmap brk mremap msync mincore madvise mlock munlock mlockall munlockall mlock2 remap_file_pages pkey_mprotect pkey_alloc ' +
    'pkey_free membarrier get_mempolicy mbind set_mempolicy map_shadow_stack mseal',
  processes:
    'fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill getpid getppid gettid getpgrp setpgid getpgid setsid getsid ' +
    'pidfd_open pidfd_send_signal set_tid_address set_robust_list get_robust_list futex futex_waitv futex_wake futex_wait futex_requeue arch_prctl prctl rseq ' +
    'sched_yield sched_setparam sched_getparam sched_setscheduler sched_getscheduler sched_get_priority_max sched_get_priority_min ' +
    'sched_rr_get_interval sched_setaffinity sched_getaffinity sched_setattr sched_getattr getpriority setpriority ioprio_get ioprio_set getcpu ' +
    'getrlimit setrlimit prlimit64 getrusage times seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self restart_syscall',
  identity:
    'getuid getgid geteuid getegid setuid setgid setreuid setregid getgroups setgroups setresuid getresuid setresgid getresgid setfsuid ' +
    'setfsgid capget capset uname sysinfo getrandom',
  signals:
    'rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_tgsigqueueinfo rt_sigsuspend sigaltstack ' +
    'signalfd signalfd4 pause alarm',
  time:
    'nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time getitimer setitimer timer_create timer_settime timer_gettime ' +
    'timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime',
  waiting:
    'poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2',
  sockets:
    'connect accept accept4 bind listen getsockname getpeername sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown setsockopt getsockopt',
  ipc:
    'shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedreceive ' +
    'mq_notify mq_getsetattr',
};

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET of clone(2). */
const CLONE_NAMESPACE_FLAGS = 0x7e020000;
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
/** The type without SOCK_NONBLOCK and SOCK_CLOEXEC. */
const SOCK_TYPE_MASK = 0xf;
const NETLINK_ROUTE = 0;
/** PER_LINUX, the same without address randomization (which Lisps ask for), and "tell me the present one". */
const PERSONALITIES = [0, 0x40000, 0xffffffff];

const ALLOW = 'SCMP_ACT_ALLOW';
const equal = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' });
const masked = (index: number, mask: number, value: number) => ({
  index,
  value: mask,
  valueTwo: value,
  op: 'SCMP_CMP_MASKED_EQ',
});
const socket = (...args: readonly ReturnType<typeof equal>[]) => ({ names: ['socket'], action: ALLOW, args });

/**
 * The filter of every sandbox, whole: an allow-list for x86-64 calls only. 32-bit and x32 calls end the thread; one
 * architecture also makes crun start three times as fast as three.
 */
export const seccompProfile: SeccompProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: EPERM,
  architectures: ['SCMP_ARCH_X86_64'],
  syscalls: [
    { names: Object.values(ALLOWED).flatMap((names) => names.split(' ')), action: ALLOW },
    // ENOSYS, for there is no tracer (gVisor knows no other way to say it): programs then do as on a kernel that lacks
    // them. glibc takes clone, libuv its threads.
    {
      names: ['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register'],
      action: 'SCMP_ACT_TRACE',
    },
    // The standard streams are terminals that say they are none (init.c). Two conditions on one argument would be
    // alternatives.
    ...[TCGETS, TCGETS2].map((request) => ({
      names: ['ioctl'],
      action: 'SCMP_ACT_ERRNO',
      errnoRet: ENOTTY,
      args: [equal(1, request)],
    })),
    ...['SCMP_CMP_LT', 'SCMP_CMP_GT'].map((op) => ({
      names: ['ioctl'],
      action: ALLOW,
      args: [{ index: 1, value: TCGETS, op }],
    })),
    { names: ['clone'], action: ALLOW, args: [masked(0, CLONE_NAMESPACE_FLAGS, 0)] },
    socket(equal(0, AF_UNIX)),
    ...[AF_INET, AF_INET6].flatMap((family) =>
      [SOCK_STREAM, SOCK_DGRAM].map((type) => socket(equal(0, family), masked(1, SOCK_TYPE_MASK, type))),
    ),
    socket(equal(0, AF_NETLINK), equal(2, NETLINK_ROUTE)),
    { names: ['socketpair'], action: ALLOW, args: [equal(0, AF_UNIX)] },
    ...PERSONALITIES.map((value) => ({ names: ['personality'], action: ALLOW, args: [equal(0, value)] })),
  ],
};
