import * as os from 'node:os';
import * as path from 'node:path';
import type { RuntimeName } from '../../contracts/names';

export type { RuntimeName };

/** What makes sandboxes, as this project starts it. What differs between runtimes is here, as data. */
export interface Runtime {
  readonly name: RuntimeName;
  /** Its path, or its name on PATH; absent where the launcher itself makes sandboxes. */
  readonly program?: string;
  /** Options before the command, for a state directory of the runner's own. */
  readonly options: (stateDirectory: string) => readonly string[];
  /** Memory of the runtime's own processes, which are in the sandbox's cgroup. */
  readonly ownMemoryBytes: number;
  /** Host processes and threads of the runtime itself, and for each process or thread of the job. */
  readonly ownProcesses: number;
  readonly processesPerJobProcess: number;
  /** Whether it has a kernel of its own with cgroups in it, by which the init limits the job's processes. */
  readonly ownGroups: boolean;
  /** Whether a process's own limit of processor time (RLIMIT_CPU) counts what it really had. */
  readonly countsProcessorTime: boolean;
}

const MEBIBYTE = 1024 * 1024;

/** The launcher's own (launcher/spawn.c). Shares the host's kernel. */
export function spawner(): Runtime {
  return {
    name: 'spawner',
    options: () => [],
    // The init.
    ownMemoryBytes: 1 * MEBIBYTE,
    ownProcesses: 1,
    processesPerJobProcess: 1,
    ownGroups: false,
    countsProcessorTime: true,
  };
}

/** Shares the host's kernel. Its cgroup manager is off: the runner puts it into a group before it starts. */
export function crun(program: string): Runtime {
  return {
    name: 'crun',
    program,
    options: (state) => ['--root', path.join(state, 'crun'), '--cgroup-manager=disabled'],
    ownMemoryBytes: 4 * MEBIBYTE,
    // crun itself and the init.
    ownProcesses: 2,
    processesPerJobProcess: 1,
    ownGroups: false,
    countsProcessorTime: true,
  };
}

/** @param program of crun or runsc; the spawner has none */
export function runtimeOf(name: RuntimeName, program: string): Runtime {
  if (name === 'spawner') return spawner();
  return name === 'crun' ? crun(program) : runsc(program);
}

/**
 * The runtime that shares a host's kernel: the spawner, or crun where Linux is older than 5.12 and lacks calls that the spawner makes.
 *
 * @param release such as `6.1.0-28-amd64`
 */
export function nativeRuntime(release: string = os.release()): RuntimeName {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return major > 5 || (major === 5 && minor >= 12) ? 'spawner' : 'crun';
}

/** gVisor: a kernel of its own for each sandbox, written in Go; system calls are taken over by systrap. */
export function runsc(program: string): Runtime {
  return {
    name: 'runsc',
    program,
    options: (state) => [
      '--root',
      path.join(state, 'runsc'),
      '--platform=systrap',
      '--network=none',
      '--overlay2=none',
      // The group is the runner's business, as with crun.
      '--ignore-cgroups',
      // Beside gVisor's own, the filter of the bundle applies to the job's calls.
      '--oci-seccomp',
      // Its first version tells of no refused process.
      '--in-sandbox-cgroup=v2',
    ],
    // Sentry and gofer, measured at 35 to 60 MiB while idle; the start of a command takes more for a moment.
    ownMemoryBytes: 128 * MEBIBYTE,
    // Go threads of `runsc run`, sentry and gofer, measured at 40 to 60 while idle; a start on a loaded machine makes more.
    ownProcesses: 192,
    // A task is a thread of the sentry and one of systrap's stub.
    processesPerJobProcess: 3,
    ownGroups: true,
    // gVisor charges ticks of its own clock to whatever is runnable: on a busy host far more than the processor gave.
    countsProcessorTime: false,
  };
}
