import type { Rootfs } from './rootfs';
import { INIT_PATH, sandboxMounts, WORK_DIRECTORY, type DiskLimits } from './mounts';
import { seccompProfile } from './seccomp';

/** Host user and group ids that sandboxes are mapped to. */
export type IdMapping =
  /** Root maps each sandbox to two ids of its own: the namespace's root, which only sets up, and the job's. */
  | { readonly kind: 'own'; readonly firstHostId: number }
  /** Without root there is one id to map: the runner's own. */
  | { readonly kind: 'rootless'; readonly uid: number; readonly gid: number };

/** What an OCI bundle is made from. */
export interface SpecProps {
  readonly rootfs: Rootfs;
  /** Absolute path on the host of the directory that holds `init`. */
  readonly ownDirectory: string;
  readonly disk: DiskLimits;
  readonly ids: IdMapping;
  /** Whether cgroups of the runtime's own kernel are mounted for the init. @default false */
  readonly ownGroups?: boolean;
  /** The seccomp profile as crun itself compiled it before; see compiled-seccomp.ts. @default - the runtime compiles it */
  readonly compiledSeccomp?: string;
}

/** "nobody": the user and group of every job, inside its sandbox. */
export const JOB_ID = 65_534;

/** crun's annotation for a filter in base64 (crun.1); a runtime that does not know it compiles the profile of the bundle. */
const COMPILED_SECCOMP = 'run.oci.seccomp_bpf_data';

/** What tells of the host or of others, hidden; and what could change the host, read-only. */
export const MASKED_PATHS = 'acpi asound kcore keys key-users latency_stats sched_debug scsi timer_list timer_stats'
  .split(' ')
  .map((name) => `/proc/${name}`);
export const READ_ONLY_PATHS = 'bus fs irq sys sysrq-trigger'.split(' ').map((name) => `/proc/${name}`);

/** `config.json` of a sandbox whose process 1 is the init. cgroups are the host's business (cgroup.ts), not the runtime's. */
export function ociSpec(props: SpecProps): object {
  const { rootfs, ownDirectory, disk, ids, ownGroups = false, compiledSeccomp } = props;
  const none: string[] = [];
  // The init begins as root of the sandbox, becomes nobody but in name, and drops these (init.c). Without root on the host
  // there is no second user to be had.
  const user = ids.kind === 'own' ? { uid: 0, gid: 0 } : { uid: JOB_ID, gid: JOB_ID };
  const forInit = ids.kind === 'own' ? ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'] : none;
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user,
      args: [INIT_PATH],
      env: [],
      cwd: WORK_DIRECTORY,
      capabilities: { bounding: forInit, effective: forInit, inheritable: none, permitted: forInit, ambient: none },
      rlimits: [{ type: 'RLIMIT_CORE', hard: 0, soft: 0 }],
      noNewPrivileges: true,
    },
    root: { path: rootfs.directory, readonly: true },
    hostname: 'sandbox',
    ...(compiledSeccomp === undefined ? {} : { annotations: { [COMPILED_SECCOMP]: compiledSeccomp } }),
    mounts: sandboxMounts(rootfs, ownDirectory, disk, ownGroups),
    linux: {
      namespaces: ['pid', 'ipc', 'uts', 'mount', 'network', 'user'].map((type) => ({ type })),
      uidMappings: idMappings(ids, 'uid'),
      gidMappings: idMappings(ids, 'gid'),
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READ_ONLY_PATHS,
      // Beside the compiled filter a profile that allows nothing, which is read in no time: a runtime that did not know the
      // annotation would start nothing, rather than without a filter.
      seccomp: compiledSeccomp === undefined ? seccompProfile : { ...seccompProfile, syscalls: [] },
    },
  };
}

/** The sandbox's users or groups and the host's that they are. */
export function idMappings(
  ids: IdMapping,
  which: 'uid' | 'gid',
): readonly { readonly containerID: number; readonly hostID: number; readonly size: number }[] {
  if (ids.kind === 'rootless') return [{ containerID: JOB_ID, hostID: ids[which], size: 1 }];
  return [
    { containerID: 0, hostID: ids.firstHostId, size: 1 },
    { containerID: JOB_ID, hostID: ids.firstHostId + 1, size: 1 },
  ];
}
