/*
 * Makes one sandbox with as few system calls as its guarantees need. docs/spawner.md goes through the order of the steps, and
 * what a program could do at each.
 *
 * Two processes: this one, in the job's cgroup already, makes the second in namespaces of its own, maps its ids, tells the
 * runner its process id, and is gone. The second becomes the init. All namespaces are made together with the user namespace, so
 * that it owns them: no capability of the second reaches anything outside of them.
 */
#define _GNU_SOURCE
#include "spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Calls that came up to Linux 5.12 by their numbers: the headers of older systems lack some, and two headers of newer ones collide. */
enum {
  CALL_OPEN_TREE = 428,
  CALL_MOVE_MOUNT = 429,
  CALL_FSOPEN = 430,
  CALL_FSCONFIG = 431,
  CALL_FSMOUNT = 432,
  CALL_CLOSE_RANGE = 436,
  CALL_MOUNT_SETATTR = 442,
  TREE_CLONE = 1,
  TREE_CLOEXEC = O_CLOEXEC,
  TREE_RECURSIVE = 0x8000,
  MOVE_FROM_DESCRIPTOR = 4,
  FS_CLOEXEC = 1,
  CONFIG_CREATE = 6,
  ATTRIBUTE_READ_ONLY = 1,
  ATTRIBUTE_NO_SET_ID = 2,
  ATTRIBUTE_NO_DEVICES = 4,
  ATTRIBUTE_NO_EXECUTE = 8,
};
struct mountAttributes {
  uint64_t set, clear, propagation, namespace;
};

enum { MAX_FILTER = 4096, MAX_BINDS = 64, HEADER = 5, HANDOVER_FD = 3 };

static struct sock_filter filter[MAX_FILTER];
static struct sock_fprog program = {.filter = filter};

int loadFilter(const char *file) {
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = read(fd, filter, sizeof filter);
  close(fd);
  if (n <= 0 || n == sizeof filter || n % (ssize_t)sizeof *filter != 0) {
    if (n >= 0) errno = EINVAL;
    return -1;
  }
  program.len = (unsigned short)((size_t)n / sizeof *filter);
  return 0;
}

static int errors = 2;

static _Noreturn void fail(const char *what, const char *which) {
  dprintf(errors, "spawner: %s%s%s: %s\n", what, which ? " " : "", which ? which : "", strerror(errno));
  _exit(1);
}

/* A copy of a mount of the host, attached nowhere. A tree with mounts below is copied with them: they are locked together. */
static int copyTree(const char *source, uint64_t attributes) {
  int recursive = 0;
  int fd = (int)syscall(CALL_OPEN_TREE, AT_FDCWD, source, TREE_CLONE | TREE_CLOEXEC);
  if (fd < 0 && errno == EINVAL) {
    recursive = TREE_RECURSIVE;
    fd = (int)syscall(CALL_OPEN_TREE, AT_FDCWD, source, TREE_CLONE | TREE_CLOEXEC | TREE_RECURSIVE);
  }
  if (fd < 0) fail("open_tree", source);
  struct mountAttributes wanted = {.set = attributes};
  if (attributes && syscall(CALL_MOUNT_SETATTR, fd, "", AT_EMPTY_PATH | recursive, &wanted, sizeof wanted) < 0)
    fail("mount_setattr", source);
  return fd;
}

static void attach(int tree, const char *destination) {
  if (syscall(CALL_MOVE_MOUNT, tree, "", AT_FDCWD, destination, MOVE_FROM_DESCRIPTOR) < 0) fail("move_mount", destination);
  close(tree);
}

/* While the host's own is still to be seen: the kernel gives a new one only to who sees a whole one already. */
static int newProc(void) {
  int context = (int)syscall(CALL_FSOPEN, "proc", FS_CLOEXEC);
  if (context < 0) fail("fsopen", "proc");
  if (syscall(CALL_FSCONFIG, context, CONFIG_CREATE, NULL, NULL, 0) < 0) fail("fsconfig", "proc");
  int tree = (int)syscall(CALL_FSMOUNT, context, FS_CLOEXEC,
                          ATTRIBUTE_NO_SET_ID | ATTRIBUTE_NO_DEVICES | ATTRIBUTE_NO_EXECUTE);
  if (tree < 0) fail("fsmount", "proc");
  close(context);
  return tree;
}

static const char *const DEVICES[] = {"null", "zero", "full", "random", "urandom", "tty"};
enum { DEVICE_COUNT = sizeof DEVICES / sizeof *DEVICES };
static const char *const DEVICE_LINKS[][2] = {
    {"/proc/self/fd", "fd"}, {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"}, {"/proc/self/fd/2", "stderr"}, {"pts/ptmx", "ptmx"}};

static void fillDevices(const char *destination, const int *devices) {
  if (chdir(destination) < 0) fail("chdir", destination);
  for (int i = 0; i < DEVICE_COUNT; i++) {
    int fd = open(DEVICES[i], O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0) fail("create", DEVICES[i]);
    close(fd);
    attach(devices[i], DEVICES[i]);
  }
  for (size_t i = 0; i < sizeof DEVICE_LINKS / sizeof *DEVICE_LINKS; i++)
    if (symlink(DEVICE_LINKS[i][0], DEVICE_LINKS[i][1]) < 0) fail("symlink", DEVICE_LINKS[i][1]);
  for (int i = 0; i < 2; i++)
    if (mkdir(i ? "shm" : "pts", 0755) < 0) fail("mkdir", "/dev");
  if (chdir("/") < 0) fail("chdir", "/");
}

static int isThere(const char *path, struct stat *stats) {
  if (lstat(path, stats) == 0) return 1;
  if (errno != ENOENT) fail("stat", path);
  return 0;
}

static void mask(const char *path) {
  struct stat stats;
  if (!isThere(path, &stats)) return;
  int failed = S_ISDIR(stats.st_mode) ? mount("tmpfs", path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=0,nr_inodes=1")
                                      : mount("/dev/null", path, NULL, MS_BIND, NULL);
  if (failed) fail("mask", path);
}

static void makeReadOnly(const char *path) {
  struct stat stats;
  if (!isThere(path, &stats)) return;
  attach(copyTree(path, ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_SET_ID | ATTRIBUTE_NO_DEVICES | ATTRIBUTE_NO_EXECUTE), path);
}

static void raiseLoopback(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0) fail("loopback", NULL);
  close(fd);
}

/* What the init needs to set the job apart from itself (init.c); nothing where there is one user. */
static void keepCapabilities(int isRootInside) {
  uint32_t kept = isRootInside ? 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_SETPCAP : 0;
  for (int capability = 0; capability < 64; capability++)
    if (!(capability < 32 && kept & 1u << capability) && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) {
      if (errno == EINVAL) break; /* beyond the last that this kernel knows */
      fail("bounding set", NULL);
    }
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2] = {{kept, kept, 0}, {0, 0, 0}};
  if (syscall(SYS_capset, &header, sets) < 0) fail("capset", NULL);
}

struct wanted {
  const char *root, *uidMap, *gidMap, *program, *workDirectory;
  unsigned user;
  char **operations;
  int count;
};

/* How many strings an operation is, with its name. */
static int lengthOf(const char *operation) {
  static const struct {
    const char *name;
    int length;
  } LENGTHS[] = {{"mount", 6}, {"devices", 2}, {"bind", 3}, {"mask", 2}, {"readonly", 2}};
  for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++)
    if (strcmp(operation, LENGTHS[i].name) == 0) return LENGTHS[i].length;
  errno = EINVAL;
  fail("operation", operation);
}

static char **next(char **at, char **end) {
  int length = lengthOf(*at);
  if (end - at < length) {
    errno = EINVAL;
    fail("operation", *at);
  }
  return at + length;
}

/* Takes hold of the binds' sources. */
static void copyBinds(const struct wanted *wanted, int *binds) {
  int count = 0;
  char **end = wanted->operations + wanted->count;
  for (char **at = wanted->operations; at < end; at = next(at, end)) {
    if (strcmp(*at, "bind") != 0) continue;
    if (count == MAX_BINDS) {
      errno = E2BIG;
      fail("binds", NULL);
    }
    binds[count++] = copyTree(at[1], ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_SET_ID | ATTRIBUTE_NO_DEVICES);
  }
}

static void doOperations(const struct wanted *wanted, int proc, const int *devices, const int *binds) {
  char **end = wanted->operations + wanted->count;
  for (char **at = wanted->operations; at < end; at = next(at, end)) {
    switch (**at) {
    case 'm':
      if ((*at)[1] == 'a') mask(at[1]);
      else if (strcmp(at[1], "proc") == 0) attach(proc, at[3]);
      else if (mount(at[2], at[3], at[1], strtoul(at[4], NULL, 10), at[5]) < 0) fail("mount", at[3]);
      break;
    case 'd':
      fillDevices(at[1], devices);
      break;
    case 'b':
      attach(*binds++, at[2]);
      break;
    case 'r':
      makeReadOnly(at[1]);
    }
  }
}

static _Noreturn void becomeInit(int conn, const struct wanted *wanted, int handover) {
  char go;
  errors = conn;
  if (setsid() < 0) fail("setsid", NULL);
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) fail("private mounts", NULL);
  /* All that comes from the host is taken hold of before the host is gone, while its directories may still be passed. */
  int root = copyTree(wanted->root, ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_SET_ID | ATTRIBUTE_NO_DEVICES);
  int devices[DEVICE_COUNT], binds[MAX_BINDS];
  for (int i = 0; i < DEVICE_COUNT; i++) {
    char path[32];
    snprintf(path, sizeof path, "/dev/%s", DEVICES[i]);
    devices[i] = copyTree(path, ATTRIBUTE_NO_SET_ID | ATTRIBUTE_NO_EXECUTE);
  }
  copyBinds(wanted, binds);
  int proc = newProc();
  if (syscall(CALL_MOVE_MOUNT, root, "", AT_FDCWD, wanted->root, MOVE_FROM_DESCRIPTOR) < 0) fail("move_mount", wanted->root);
  if (fchdir(root) < 0) fail("chdir", wanted->root);
  close(root);
  /* Its ids are known before anything is made in its name. */
  if (read(handover, &go, 1) != 1) _exit(1);
  close(handover);
  if (wanted->user == 0 && setgroups(0, NULL) < 0) fail("setgroups", NULL);
  if (setresgid(wanted->user, wanted->user, wanted->user) < 0) fail("setresgid", NULL);
  if (setresuid(wanted->user, wanted->user, wanted->user) < 0) fail("setresuid", NULL);
  if (syscall(SYS_pivot_root, ".", ".") < 0) fail("pivot_root", wanted->root);
  if (umount2(".", MNT_DETACH) < 0) fail("umount", "the host's root");
  if (chdir("/") < 0) fail("chdir", "/");
  umask(0);
  doOperations(wanted, proc, devices, binds);
  if (sethostname("sandbox", 7) < 0) fail("sethostname", NULL);
  raiseLoopback();
  /* Keys of who started the runner are not the job's. */
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS) fail("session keyring", NULL);
  if (chdir(wanted->workDirectory) < 0) fail("chdir", wanted->workDirectory);
  umask(022);
  struct rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) < 0) fail("setrlimit", NULL);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail("no_new_privs", NULL);
  keepCapabilities(wanted->user == 0);
  for (int fd = 0; fd <= 2; fd++)
    if (dup2(conn, fd) < 0) fail("dup2", NULL);
  errors = 2;
  /* Whatever was open where the launcher was started is not the sandbox's. */
  if (syscall(CALL_CLOSE_RANGE, 3, ~0U, 0) < 0) fail("close_range", NULL);
  char *argv[] = {(char *)wanted->program, NULL}, *environment[] = {NULL};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) fail("seccomp", NULL);
  execve(wanted->program, argv, environment);
  fail("exec", wanted->program);
}

static void put(const char *file, const char *text) {
  int fd = open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) fail("write", file);
  close(fd);
}

/* A frame as the init's own (init.c): type, length, payload. */
static void tellProcess(int conn, uint32_t pid) {
  unsigned char frame[HEADER + 4] = {'p', 4};
  for (int i = 0; i < 4; i++) frame[HEADER + i] = (unsigned char)(pid >> (8 * i));
  if (write(conn, frame, sizeof frame) != sizeof frame) _exit(0); /* the runner needs it no more */
}

_Noreturn void spawnSandbox(int conn, char **strings, int count) {
  enum { FIXED = 6 };
  errors = conn;
  if (count < FIXED || program.len == 0) {
    errno = EINVAL;
    fail(program.len == 0 ? "no filter" : "request", NULL);
  }
  struct wanted wanted = {.root = strings[0],
                          .uidMap = strings[1],
                          .gidMap = strings[2],
                          .user = (unsigned)strtoul(strings[3], NULL, 10),
                          .program = strings[4],
                          .workDirectory = strings[5],
                          .operations = strings + FIXED,
                          .count = count - FIXED};
  int handover[2];
  if (pipe2(handover, O_CLOEXEC) < 0) fail("pipe", NULL);
  /* The launcher becomes its parent, and reaps it without a look: this process need not stay. */
  struct clone_args namespaces = {.flags = CLONE_PARENT | CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
                                           CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP};
  pid_t pid = (pid_t)syscall(SYS_clone3, &namespaces, sizeof namespaces);
  if (pid < 0) fail("clone3", NULL);
  if (pid == 0) {
    close(handover[1]);
    becomeInit(conn, &wanted, handover[0]);
  }
  char file[64];
  if (geteuid() != 0) {
    snprintf(file, sizeof file, "/proc/%d/setgroups", pid);
    put(file, "deny");
  }
  snprintf(file, sizeof file, "/proc/%d/uid_map", pid);
  put(file, wanted.uidMap);
  snprintf(file, sizeof file, "/proc/%d/gid_map", pid);
  put(file, wanted.gidMap);
  tellProcess(conn, (uint32_t)pid);
  if (write(handover[1], "g", 1) != 1) fail("handover", NULL);
  _exit(0);
}
