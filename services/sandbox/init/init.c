/*
 * Process 1 of every sandbox. It takes a job's files, commands and standard input as frames from the runner on the socket
 * that it finds as descriptors 0 and 1, and answers with frames of output and exit. It
 *   - writes files itself, with the job's own rights: the host touches no path that a job could have planted;
 *   - reaps orphans, and ends every process of the sandbox when the command ends, on request, or when the runner is gone;
 *   - is another user than the job, and not dumpable: the job can neither end it, nor read its memory, nor open its
 *     descriptors. (Without root on the host there is one user; there Linux itself spares process 1 from its signals.)
 *   - counts the job's processes where the runtime has a kernel of its own, of which the host's cgroups see only the whole.
 *
 * A frame is: type (1 byte), length (4 bytes, little endian), payload. services/sandbox/frames.ts has the types.
 */
#define _GNU_SOURCE
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/capability.h>
#include <time.h>
#include <unistd.h>

/* As spec.ts maps it. */
enum { JOB_ID = 65534 };
/* Where runtime.ts has gVisor's own cgroups mounted. */
#define GROUPS "/.sandbox/cgroup"
enum { CHUNK = 65536, MAX_FRAME = 32 << 20, HEADER = 5, GATE_FD = 3 };
enum { BURST = 16, PAUSE_US = 4000 };

static int conn = -1, answers = -1, outFd = -1, errFd = -1, inPipe = -1, gatePipe = -1, fileFd = -1, childSignals = -1;
/* Files of the job's group; -1 where the host's cgroups do. */
static int groupProcs = -1, groupMax = -1, groupEvents = -1;
static pid_t mainPid = -1;
static int mainStatus, mainEnded, fileErrno;
static uint64_t cpuBefore, refusedBefore;
/* What the command has not yet read of standard input; the runner sends at most CHUNK bytes ahead of the acknowledgements. */
static unsigned char pending[CHUNK];
static size_t pendingStart, pendingEnd;
static int stdinClosing;
static unsigned char *input;
static size_t inputLength, inputCapacity;

static void leave(int code) {
  kill(-1, SIGKILL);
  _exit(code);
}

static void writeAll(const unsigned char *data, size_t length) {
  while (length > 0) {
    ssize_t n = write(answers, data, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      struct pollfd p = {.fd = answers, .events = POLLOUT};
      poll(&p, 1, -1);
      continue;
    }
    if (n <= 0) leave(1);
    data += n;
    length -= (size_t)n;
  }
}

static void put32(unsigned char *at, uint32_t v) {
  for (int i = 0; i < 4; i++) at[i] = (unsigned char)(v >> (8 * i));
}
static uint32_t get32(const unsigned char *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void sendFrame(char type, const unsigned char *payload, uint32_t length) {
  unsigned char frame[HEADER + 64];
  frame[0] = (unsigned char)type;
  put32(frame + 1, length);
  memcpy(frame + HEADER, payload, length);
  writeAll(frame, HEADER + length);
}
static void sendNumber(char type, uint32_t v) {
  unsigned char payload[4];
  put32(payload, v);
  sendFrame(type, payload, 4);
}

static void closeFd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static int enterDirectory(int parent, const char *name) {
  struct stat entry;
  if (*name == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
    errno = EINVAL;
    return -1;
  }
  if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST) return -1;
  /* gVisor follows a link below in spite of O_NOFOLLOW; no process of the job lives now that could swap the entry. */
  if (fstatat(parent, name, &entry, AT_SYMLINK_NOFOLLOW) < 0) return -1;
  if (!S_ISDIR(entry.st_mode)) {
    errno = ENOTDIR;
    return -1;
  }
  return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Each directory is opened without following links and kept to the work directory by the runner's and this check. */
static int createFile(char *name, mode_t mode) {
  int directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  char *rest = name, *slash;
  while (directory >= 0 && (slash = strchr(rest, '/')) != NULL) {
    *slash = 0;
    int next = enterDirectory(directory, rest);
    int failure = errno;
    close(directory);
    errno = failure;
    directory = next;
    rest = slash + 1;
  }
  if (directory < 0) return -1;
  int fd = openat(directory, rest, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  int failure = errno;
  close(directory);
  errno = failure;
  return fd;
}

static void writeFile(const unsigned char *data, size_t length) {
  while (length > 0 && fileFd >= 0) {
    ssize_t n = write(fileFd, data, length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      fileErrno = n < 0 ? errno : EIO;
      closeFd(&fileFd);
      return;
    }
    data += n;
    length -= (size_t)n;
  }
}

static void limit(int resource, uint64_t value) {
  struct rlimit l = {.rlim_cur = value, .rlim_max = value};
  /* The processor's hard limit ends what ignores the soft one's signal. */
  if (resource == RLIMIT_CPU) l.rlim_max = value + 1;
  setrlimit(resource, &l);
}

static uint64_t childrenCpuMicros(void) {
  struct rusage u;
  getrusage(RUSAGE_CHILDREN, &u);
  return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000u + (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* How often a process or thread was refused to the job, by the group here. */
static uint64_t refusedProcesses(void) {
  char text[64];
  ssize_t n = groupEvents < 0 ? 0 : pread(groupEvents, text, sizeof text - 1, 0);
  if (n <= 0) return 0;
  text[n] = 0;
  return strncmp(text, "max ", 4) == 0 ? strtoull(text + 4, NULL, 10) : 0;
}

static int limitGroup(uint32_t processes) {
  char text[16];
  int length = snprintf(text, sizeof text, "%u", processes);
  return groupMax < 0 || processes == UINT32_MAX || pwrite(groupMax, text, (size_t)length, 0) == length;
}

/*
 * Standard output and standard error are terminals in raw mode (each its own; bytes pass unchanged), for the C library
 * buffers what goes to a terminal by lines, and Node.js writes to one at once. To the question whether it is one (TCGETS) the
 * seccomp profile answers that it is not: programs then neither colour nor page what they write, nor arrange it in columns.
 */
static int openOutput(int *ours, int *theirs) {
  static const struct termios raw = {.c_cflag = CS8 | CREAD | B38400, .c_cc = {[VMIN] = 1}};
  char path[32];
  int locked = 0;
  unsigned number;
  *theirs = -1;
  *ours = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (*ours < 0 || ioctl(*ours, TIOCSPTLCK, &locked) < 0 || ioctl(*ours, TIOCGPTN, &number) < 0) return -1;
  snprintf(path, sizeof path, "/dev/pts/%u", number);
  *theirs = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  return *theirs < 0 ? -1 : ioctl(*theirs, TCSETS, &raw);
}

/* Payload: flags, files, file bytes, processor seconds, processes, counts of args and of environment; then the strings. */
static void execute(unsigned char *payload, size_t length) {
  enum { NUMBERS = 7 };
  if (mainPid >= 0 || length < NUMBERS * 4 + 1 || payload[length - 1] != 0) leave(2);
  uint32_t v[NUMBERS];
  for (int i = 0; i < NUMBERS; i++) v[i] = get32(payload + 4 * i);
  uint32_t argc = v[5], envc = v[6];
  char **strings = calloc((size_t)argc + envc + 3, sizeof *strings);
  char *at = (char *)payload + NUMBERS * 4, *end = (char *)payload + length;
  if (strings == NULL || argc == 0) leave(2);
  char *cwd = at;
  at += strlen(at) + 1;
  for (uint32_t i = 0; i < argc + envc; i++) {
    if (at >= end) leave(2);
    strings[i + (i >= argc)] = at;
    at += strlen(at) + 1;
  }
  int in[2], out[2], err[2], failed[2], gate[2] = {-1, -1};
  if (pipe2(in, O_CLOEXEC) || pipe2(failed, O_CLOEXEC) || openOutput(&out[0], &out[1]) || openOutput(&err[0], &err[1])) leave(3);
  if ((v[0] & 1) && pipe2(gate, O_CLOEXEC)) leave(3);
  if (!limitGroup(v[4])) leave(3);
  cpuBefore = childrenCpuMicros();
  refusedBefore = refusedProcesses();
  pid_t pid = fork();
  if (pid == 0) {
    setsid();
    if (groupProcs >= 0 && write(groupProcs, "0", 1) != 1) _exit(126);
    if (getuid() == 0 && (setresgid(JOB_ID, JOB_ID, JOB_ID) < 0 || setresuid(JOB_ID, JOB_ID, JOB_ID) < 0)) _exit(126);
    /* The kernel's choice, when memory is short, is the job and not this process. */
    prctl(PR_SET_DUMPABLE, 1);
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0 && write(score, "500", 3) < 0) { /* not there under every runtime */
    }
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(err[1], 2);
    if (gate[0] == GATE_FD) fcntl(GATE_FD, F_SETFD, 0);
    else if (gate[0] >= 0) dup2(gate[0], GATE_FD);
    limit(RLIMIT_NOFILE, v[1]);
    limit(RLIMIT_FSIZE, v[2] == UINT32_MAX ? RLIM_INFINITY : (uint64_t)v[2] * 1024u);
    limit(RLIMIT_CPU, v[3]);
    limit(RLIMIT_NPROC, v[4]);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_MEMLOCK, 65536);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    if (chdir(cwd) == 0) {
      /* The PATH that is searched is the job's own: images keep their interpreters in /usr/local/bin. */
      environ = strings + argc + 1;
      execvp(strings[0], strings);
    }
    uint32_t e = (uint32_t)errno;
    if (write(failed[1], &e, sizeof e) < 0) _exit(126);
    _exit(127);
  }
  free(strings);
  close(in[0]), close(out[1]), close(err[1]), close(failed[1]);
  if (gate[0] >= 0) close(gate[0]);
  uint32_t failure = pid < 0 ? (uint32_t)errno : 0;
  if (pid > 0) {
    ssize_t n;
    do n = read(failed[0], &failure, sizeof failure);
    while (n < 0 && errno == EINTR);
    if (n <= 0) failure = 0;
  }
  close(failed[0]);
  if (failure != 0) {
    if (pid > 0) waitpid(pid, NULL, 0);
    close(in[1]), close(out[0]), close(err[0]);
    if (gate[1] >= 0) close(gate[1]);
    sendNumber('N', failure);
    return;
  }
  mainPid = pid;
  mainEnded = 0;
  outFd = out[0];
  errFd = err[0];
  inPipe = in[1];
  gatePipe = gate[1];
  fcntl(inPipe, F_SETFL, O_NONBLOCK);
  pendingStart = pendingEnd = 0;
  stdinClosing = 0;
  sendNumber('P', (uint32_t)pid);
}

static void feedStdin(void) {
  size_t before = pendingStart;
  while (pendingStart < pendingEnd && inPipe >= 0) {
    ssize_t n = write(inPipe, pending + pendingStart, pendingEnd - pendingStart);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) { /* nobody reads any more: as with a pipe of a shell, the rest is lost */
      closeFd(&inPipe);
      pendingStart = pendingEnd;
      break;
    }
    pendingStart += (size_t)n;
  }
  if (pendingStart > before) sendNumber('A', (uint32_t)(pendingStart - before));
  if (pendingStart == pendingEnd) {
    pendingStart = pendingEnd = 0;
    if (stdinClosing) closeFd(&inPipe);
  }
}

static void takeStdin(const unsigned char *data, size_t length) {
  if (inPipe < 0) {
    sendNumber('A', (uint32_t)length);
    return;
  }
  if (pendingStart > 0) {
    memmove(pending, pending + pendingStart, pendingEnd - pendingStart);
    pendingEnd -= pendingStart;
    pendingStart = 0;
  }
  if (length > sizeof pending - pendingEnd) leave(2);
  memcpy(pending + pendingEnd, data, length);
  pendingEnd += length;
  feedStdin();
}

static void take(char type, unsigned char *payload, size_t length) {
  switch (type) {
  case 'F': /* mode, name */
    if (length < 6 || payload[length - 1] != 0) leave(2);
    closeFd(&fileFd);
    fileErrno = 0;
    fileFd = createFile((char *)payload + 4, get32(payload));
    if (fileFd < 0) fileErrno = errno;
    break;
  case 'W':
    writeFile(payload, length);
    break;
  case 'C': /* end of a file */
    closeFd(&fileFd);
    sendNumber('F', (uint32_t)fileErrno);
    break;
  case 'X':
    execute(payload, length);
    break;
  case 'G':
    while (length > 0 && gatePipe >= 0) {
      ssize_t n = write(gatePipe, payload, length);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      payload += n;
      length -= (size_t)n;
    }
    closeFd(&gatePipe);
    break;
  case 'I':
    takeStdin(payload, length);
    break;
  case 'E':
    stdinClosing = 1;
    if (pendingStart == pendingEnd) closeFd(&inPipe);
    break;
  case 'S':
    if (length == 4 && mainPid > 0 && kill(-mainPid, (int)get32(payload)) < 0) kill(mainPid, (int)get32(payload));
    break;
  case 'K':
    kill(-1, SIGKILL);
    break;
  default:
    leave(2);
  }
}

static void readFrames(void) {
  if (inputCapacity - inputLength < CHUNK) {
    inputCapacity += 2 * CHUNK;
    if (inputCapacity > MAX_FRAME + 4 * CHUNK || (input = realloc(input, inputCapacity)) == NULL) leave(3);
  }
  ssize_t n = read(conn, input + inputLength, inputCapacity - inputLength);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) leave(0); /* the runner is done with this sandbox, or is gone */
  inputLength += (size_t)n;
  size_t at = 0;
  while (inputLength - at >= HEADER) {
    uint32_t length = get32(input + at + 1);
    if (length > MAX_FRAME) leave(2);
    if (inputLength - at - HEADER < length) break;
    take((char)input[at], input + at + HEADER, length);
    at += HEADER + length;
  }
  memmove(input, input + at, inputLength - at);
  inputLength -= at;
}

static uint64_t nowMicros(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

/* Passes on what there is to read, up to a frame. */
static void passOn(char type, int *fd) {
  static unsigned char frame[HEADER + CHUNK];
  size_t length = 0;
  while (length < CHUNK) {
    ssize_t n = read(*fd, frame + HEADER + length, CHUNK - length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n <= 0) { /* nobody has it open any more */
      closeFd(fd);
      break;
    }
    length += (size_t)n;
  }
  if (length == 0) return;
  frame[0] = (unsigned char)type;
  put32(frame + 1, (uint32_t)length);
  writeAll(frame, HEADER + length);
}

/* All that was written, once nobody writes any more. */
static void drain(char type, int *fd) {
  struct pollfd p = {.fd = *fd, .events = POLLIN};
  while (*fd >= 0 && poll(&p, 1, 0) > 0) passOn(type, fd);
  closeFd(fd);
}

/*
 * A command that writes line after line would wake this process, and make a frame, for each: after BURST of them without a
 * rest, output is read once a pause. Before that it is passed on at once, and in the order of both streams.
 */
static uint64_t readAt, pausedUntil;
static unsigned burst;

static void countRead(void) {
  uint64_t now = nowMicros();
  burst = now - readAt >= 2 * PAUSE_US ? 1 : burst + 1;
  readAt = now;
  pausedUntil = burst > BURST ? now + PAUSE_US : 0;
}

/* Milliseconds until output may be read again; 0: now. */
static int pauseLeft(void) {
  uint64_t now = pausedUntil == 0 ? 0 : nowMicros();
  return now < pausedUntil ? (int)((pausedUntil - now + 999) / 1000) : 0;
}

static int isFull(const char *directory) {
  struct statvfs s;
  return statvfs(directory, &s) == 0 && ((s.f_blocks > 0 && s.f_bfree == 0) || (s.f_files > 0 && s.f_ffree == 0));
}

/* The command has ended: so does all that it started, and its output is complete once both streams are at their end. */
static void finish(void) {
  for (;;) {
    kill(-1, SIGKILL);
    pid_t pid = waitpid(-1, NULL, 0);
    if (pid < 0 && errno == ECHILD) break;
  }
  drain('o', &outFd);
  drain('e', &errFd);
  closeFd(&inPipe);
  closeFd(&gatePipe);
  struct rusage u;
  getrusage(RUSAGE_CHILDREN, &u);
  uint64_t cpu = childrenCpuMicros() - cpuBefore;
  unsigned char payload[28];
  put32(payload, WIFEXITED(mainStatus) ? (uint32_t)WEXITSTATUS(mainStatus) : 0);
  put32(payload + 4, WIFSIGNALED(mainStatus) ? (uint32_t)WTERMSIG(mainStatus) : 0);
  put32(payload + 8, (uint32_t)cpu);
  put32(payload + 12, (uint32_t)(cpu >> 32));
  put32(payload + 16, (uint32_t)u.ru_maxrss);
  put32(payload + 20, (uint32_t)(isFull(".") || isFull("/tmp")));
  put32(payload + 24, (uint32_t)(refusedProcesses() - refusedBefore));
  mainPid = -1;
  sendFrame('X', payload, sizeof payload);
}

static void reap(void) {
  struct signalfd_siginfo info;
  while (read(childSignals, &info, sizeof info) == sizeof info) {
  }
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid != mainPid) continue;
    mainStatus = status;
    mainEnded = 1;
  }
}

/* As the sandbox's root, who alone may write in it. */
static int openGroup(void) {
  if (access(GROUPS, F_OK) < 0) return 0;
  if (mkdir(GROUPS "/job", 0700) < 0) return -1;
  groupProcs = open(GROUPS "/job/cgroup.procs", O_WRONLY | O_CLOEXEC);
  groupMax = open(GROUPS "/job/pids.max", O_WRONLY | O_CLOEXEC);
  groupEvents = open(GROUPS "/job/pids.events", O_RDONLY | O_CLOEXEC);
  return groupProcs < 0 || groupMax < 0 || groupEvents < 0 ? -1 : 0;
}

/*
 * Started as the sandbox's root, with what it takes to change users and nothing else: files are then made, and processes
 * ended, with the job's rights, while the real and the saved user stay out of the job's reach. No capability is left.
 */
static int standApart(void) {
  if (getuid() != 0) return 0;
  for (int capability = 0; capability <= CAP_LAST_CAP; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  if (setresgid(0, JOB_ID, 0) < 0 || setresuid(0, JOB_ID, 0) < 0) return -1;
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  return (int)syscall(SYS_capset, &header, none);
}

int main(void) {
  /* It ends every process it may. Anywhere but as process 1 of a sandbox that would be every process of the host. */
  if (getpid() != 1) return 5;
  if (openGroup() < 0) return 6;
  if (standApart() < 0) return 4;
  prctl(PR_SET_DUMPABLE, 0);
  conn = fcntl(0, F_DUPFD_CLOEXEC, 10);
  answers = fcntl(1, F_DUPFD_CLOEXEC, 10);
  /* All three are one socket, and gVisor shuts it down when any of them is closed for good. */
  int kept = fcntl(2, F_DUPFD_CLOEXEC, 10);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (conn < 0 || answers < 0 || kept < 0 || null < 0) return 3;
  for (int fd = 0; fd <= 2; fd++) dup2(null, fd);
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, NULL);
  /* Linux spares process 1 from signals of its own sandbox by itself; gVisor does not. */
  for (int number = 1; number < NSIG; number++)
    if (number != SIGCHLD) signal(number, SIG_IGN);
  childSignals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  if (childSignals < 0) return 3;
  sendFrame('R', (const unsigned char *)"", 0);
  for (;;) {
    int pause = pauseLeft();
    struct pollfd p[5] = {
        {.fd = conn, .events = POLLIN},
        {.fd = childSignals, .events = POLLIN},
        {.fd = pause > 0 ? -1 : outFd, .events = POLLIN},
        {.fd = pause > 0 ? -1 : errFd, .events = POLLIN},
        {.fd = inPipe, .events = pendingStart < pendingEnd ? POLLOUT : 0},
    };
    if (poll(p, 5, pause > 0 ? pause : -1) < 0) {
      if (errno == EINTR) continue;
      leave(3);
    }
    if (p[2].revents) passOn('o', &outFd);
    if (p[3].revents) passOn('e', &errFd);
    if (p[2].revents || p[3].revents) countRead();
    if (p[4].revents & POLLOUT) feedStdin();
    else if (p[4].revents) { /* nobody reads standard input any more */
      if (pendingEnd > pendingStart) sendNumber('A', (uint32_t)(pendingEnd - pendingStart));
      pendingStart = pendingEnd = 0;
      closeFd(&inPipe);
    }
    if (p[1].revents) reap();
    if (mainEnded && mainPid > 0) finish();
    if (p[0].revents) readFrames();
  }
}
