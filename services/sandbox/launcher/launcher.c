/*
 * Starts container runtimes for the runner. It listens on a socket of the runner's own directory; each connection becomes
 * one runtime process, with the connection as its descriptors 0, 1 and 2. The runner talks through it to the sandbox's init.
 *
 * Why a program of its own:
 *   - a process must be in its cgroup before the runtime starts, and moving one waits for the kernel (about 10 ms): the
 *     runner has connections made and moved ahead of need;
 *   - forking this small process costs a tenth of forking Node.js;
 *   - what runtimes mount for themselves goes with this process, which (as root) has a mount namespace of its own;
 *   - crun refuses hosts with both cgroup hierarchies: that namespace is without the second;
 *   - lest a container write to the host's file through /proc/self/exe, crun copies itself and starts again from the copy, at
 *     each start. Here is one sealed copy, made once, which crun knows for one.
 *
 * It is also a runtime itself: spawn.c makes a sandbox without any other program.
 *
 * usage: launcher <socket> <program to keep a sealed copy of, or ""> <mount point to leave out, or ""> <file of the filter, or "">
 * A connection sends two messages (length, 4 bytes little endian; strings that each end in NUL): the `cgroup.procs` files to
 * enter, answered by the byte 'c'; then the runtime's program (path, or name on PATH) and arguments, or `spawn:` and what spawn.h
 * lists. The launcher ends when its standard input does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include "spawn.h"

enum { MAX_MESSAGE = 65536, MAX_STRINGS = 256 };

/* The program of which there is a copy that nobody can write to any more. */
static const char *copiedProgram = "";
static int sealedCopy = -1;

static void fail(int conn, const char *what) {
  dprintf(conn, "launcher: %s: %s\n", what, strerror(errno));
  _exit(1);
}

static void readAll(int fd, void *to, size_t length) {
  for (size_t got = 0; got < length;) {
    ssize_t n = read(fd, (char *)to + got, length - got);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(0); /* the runner needs it no more */
    got += (size_t)n;
  }
}

static int readStrings(int conn, char *buffer, char **strings) {
  unsigned char l[4];
  readAll(conn, l, 4);
  uint32_t length = (uint32_t)l[0] | (uint32_t)l[1] << 8 | (uint32_t)l[2] << 16 | (uint32_t)l[3] << 24;
  if (length > MAX_MESSAGE) _exit(1);
  readAll(conn, buffer, length);
  int count = 0;
  for (char *at = buffer; at < buffer + length && count < MAX_STRINGS - 1; at += strlen(at) + 1) strings[count++] = at;
  strings[count] = NULL;
  return count;
}

static void serve(int conn) {
  static char buffer[MAX_MESSAGE + 1];
  static char *strings[MAX_STRINGS];
  signal(SIGCHLD, SIG_DFL);
  int cgroups = readStrings(conn, buffer, strings);
  for (int i = 0; i < cgroups; i++) {
    int fd = open(strings[i], O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1) fail(conn, strings[i]);
    close(fd);
  }
  if (write(conn, "c", 1) != 1) _exit(1);
  memset(buffer, 0, sizeof buffer);
  int count = readStrings(conn, buffer, strings);
  if (count == 0) _exit(1);
  if (strcmp(strings[0], "spawn:") == 0) spawnSandbox(conn, strings + 1, count - 1);
  for (int fd = 0; fd <= 2; fd++) dup2(conn, fd);
  if (sealedCopy >= 0 && strcmp(strings[0], copiedProgram) == 0)
    syscall(SYS_execveat, sealedCopy, "", strings, environ, AT_EMPTY_PATH);
  execvp(strings[0], strings);
  fail(2, strings[0]);
}

/* @returns -1 where it cannot be had: the program then makes its own */
static int makeSealedCopy(const char *program) {
  struct stat stats;
  int from = open(program, O_RDONLY | O_CLOEXEC);
  const char *slash = strrchr(program, '/');
  int to = memfd_create(slash ? slash + 1 : program, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (from < 0 || to < 0 || fstat(from, &stats) < 0) return -1;
  for (off_t left = stats.st_size; left > 0;) {
    ssize_t n = sendfile(to, from, NULL, (size_t)left);
    if (n <= 0) return -1;
    left -= n;
  }
  close(from);
  if (fchmod(to, 0500) < 0 || fcntl(to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) return -1;
  return to;
}

static int put(const char *file, const char *text) {
  int fd = open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = write(fd, text, strlen(text));
  close(fd);
  return n < 0 ? -1 : 0;
}

/* Without root: a user namespace with this one user, who may mount in it. */
static int becomeMounter(void) {
  char uids[64], gids[64];
  snprintf(uids, sizeof uids, "%u %u 1", geteuid(), geteuid());
  snprintf(gids, sizeof gids, "%u %u 1", getegid(), getegid());
  return unshare(CLONE_NEWUSER) || put("/proc/self/setgroups", "deny") || put("/proc/self/uid_map", uids) ||
         put("/proc/self/gid_map", gids);
}

/* An ordinary user may not unmount what root has mounted, but may cover it. */
static int leaveOut(const char *mountPoint, int isRoot) {
  return isRoot ? umount2(mountPoint, MNT_DETACH) : mount("none", mountPoint, "tmpfs", MS_RDONLY, "size=4k");
}

int main(int argc, char **argv) {
  if (argc != 5 || strlen(argv[1]) >= sizeof((struct sockaddr_un *)0)->sun_path) return 2;
  prctl(PR_SET_NAME, "sandpiper-launch");
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, SIG_IGN); /* a terminal's Ctrl-C is the runner's to answer */
  struct sigaction reap = {.sa_handler = SIG_IGN, .sa_flags = SA_NOCLDWAIT};
  sigaction(SIGCHLD, &reap, NULL);
  umask(077);
  int isRoot = geteuid() == 0;
  const char *leftOut = *argv[3] ? argv[3] : NULL;
  if (!isRoot && leftOut && becomeMounter()) {
    fprintf(stderr, "launcher: no user namespace: %s\n", strerror(errno));
    return 1;
  }
  if ((isRoot || leftOut) && (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL))) {
    fprintf(stderr, "launcher: no mount namespace: %s\n", strerror(errno));
    return 1;
  }
  if (leftOut && leaveOut(leftOut, isRoot)) {
    fprintf(stderr, "launcher: cannot leave out %s: %s\n", leftOut, strerror(errno));
    return 1;
  }
  if (*argv[4] && loadFilter(argv[4])) {
    fprintf(stderr, "launcher: %s: %s\n", argv[4], strerror(errno));
    return 1;
  }
  copiedProgram = argv[2];
  if (*copiedProgram) sealedCopy = makeSealedCopy(copiedProgram);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, argv[1]);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128)) {
    fprintf(stderr, "launcher: %s: %s\n", argv[1], strerror(errno));
    return 1;
  }
  if (write(1, "r", 1) != 1) return 1;
  for (;;) {
    struct pollfd p[2] = {{.fd = 0, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    if (poll(p, 2, -1) < 0 && errno != EINTR) return 1;
    if (p[0].revents) return 0;
    if (!(p[1].revents & POLLIN)) continue;
    int conn = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (conn < 0) continue;
    pid_t pid = fork();
    if (pid == 0) serve(conn);
    if (pid < 0) dprintf(conn, "launcher: fork: %s\n", strerror(errno));
    close(conn);
  }
}
