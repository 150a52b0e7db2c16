import type { Rootfs } from './rootfs';

/** An entry of `mounts` in the OCI runtime specification. */
export interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** What is fixed when a sandbox is made: a waiting one serves only jobs that have the same. */
export interface DiskLimits {
  readonly workBytes: number;
  readonly workInodes: number;
}

/** Where a job's files lie and its commands start. */
export const WORK_DIRECTORY = '/work';
/** Where the runner's own directory is bound, read-only: the init, and what interpreters that wait are started with. */
export const SANDBOX_DIRECTORY = '/.sandbox';
/** Where the init finds cgroups of the sandbox's own kernel, if the runtime has one (init.c). */
export const GROUPS_NAME = 'cgroup';
export const INIT_PATH = `${SANDBOX_DIRECTORY}/init`;
/** POSIX shared memory and semaphores of the job's own processes. */
const SHARED_MEMORY_BYTES = 16 * 1024 * 1024;

/** What a sandbox sees over its read-only root. */
export function sandboxMounts(
  rootfs: Rootfs,
  ownDirectory: string,
  disk: DiskLimits,
  ownGroups: boolean,
): readonly Mount[] {
  const scratch = (destination: string): Mount => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'nodev', 'mode=1777', `size=${disk.workBytes}`, `nr_inodes=${disk.workInodes}`],
  });
  const bind = (source: string, destination: string): Mount => ({
    destination,
    type: 'bind',
    source,
    options: ['bind', 'ro', 'nosuid', 'nodev'],
  });
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      // Terminals are counted for the whole host: a job gets those of its standard streams (init.c) and no more.
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'max=4'],
    },
    {
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'shm',
      options: ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${SHARED_MEMORY_BYTES}`, 'nr_inodes=1024'],
    },
    scratch('/tmp'),
    scratch(WORK_DIRECTORY),
    bind(ownDirectory, SANDBOX_DIRECTORY),
    ...(ownGroups
      ? [
          {
            destination: `${SANDBOX_DIRECTORY}/${GROUPS_NAME}`,
            type: 'cgroup',
            source: 'cgroup',
            options: ['nosuid', 'noexec', 'nodev'],
          },
        ]
      : []),
    ...(rootfs.binds ?? []).map(({ source, destination }) => bind(source, destination)),
  ];
}
