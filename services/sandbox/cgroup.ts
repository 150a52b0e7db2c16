import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** What a cgroup can be asked to do; each needs its controller. */
export type Controller = 'memory' | 'pids' | 'cpu' | 'cpuacct';

/** Where this host's controllers are. */
export interface CgroupHost {
  /** `hybrid`: the first version's hierarchies with the second's beside them. */
  readonly layout: 'v1' | 'hybrid' | 'v2' | 'none';
  /** Directory below which the runner makes its groups, by controller. Absent: not to be had here. */
  readonly directories: Readonly<Partial<Record<Controller, string>>>;
  /** Mount point of the second version's hierarchy on a hybrid host. */
  readonly unifiedMount?: string;
  /** Why there is no, or not every, controller. */
  readonly problem?: string;
}

/** Limits of all processes of a sandbox together, the runtime's own included. */
export interface CgroupLimits {
  readonly memoryBytes: number;
  readonly processes: number;
  /** Processors, such as 1 or 0.5. */
  readonly cpus: number;
}

/** Counters of a group since it was made. */
export interface CgroupUsage {
  readonly cpuMs: number;
  /** Since it was made, or since `resetPeak` where the kernel can. */
  readonly peakMemoryBytes: number;
  readonly oomKills: number;
  /** How often a process or thread could not be made. */
  readonly refusedProcesses: number;
}

/** A group of one sandbox. */
export interface Cgroup {
  /** Files that a process writes `0` to in order to enter. */
  readonly procsFiles: readonly string[];
  /** @throws Error when memory in use is above the new limit */
  setLimits(limits: CgroupLimits): void;
  usage(): CgroupUsage;
  resetPeak(): void;
  /** Ends every process in it. */
  kill(): void;
  /** @returns whether it is gone; false while processes are in it */
  remove(): boolean;
}

/** All groups of all runners of a host lie in this one, so that a sweep finds them. */
const PARENT = 'sandpiper';
const CPU_PERIOD_MICROSECONDS = 100_000;
/** All sandboxes together weigh as much as this many processes beside them; by default it would be one. */
const PARENT_WEIGHT = 2 * os.availableParallelism();

/** Finds the controllers of this host, and makes the parent group where that is allowed. */
export function findCgroups(
  mountInfo = fs.readFileSync('/proc/self/mountinfo', 'utf8'),
  ownGroups = fs.readFileSync('/proc/self/cgroup', 'utf8'),
): CgroupHost {
  const mounts = parseMounts(mountInfo);
  const v2 = mounts.find((mount) => mount.type === 'cgroup2');
  const v1 = mounts.filter((mount) => mount.type === 'cgroup');
  const controllers: readonly Controller[] = ['memory', 'pids', 'cpu', 'cpuacct'];
  try {
    if (v1.some((mount) => controllers.some((controller) => mount.options.includes(controller)))) {
      const directories: Partial<Record<Controller, string>> = {};
      for (const controller of controllers) {
        const mount = v1.find(({ options }) => options.includes(controller));
        if (mount) directories[controller] = makeParent(mount.directory);
      }
      return { layout: v2 ? 'hybrid' : 'v1', directories, unifiedMount: v2?.directory };
    }
    if (!v2) return { layout: 'none', directories: {}, problem: 'no cgroup hierarchy is mounted' };
    const { directory, given, problem } = makeUnifiedParent(v2.directory, ownGroups);
    // The processor's account is there without a controller.
    const directories = Object.fromEntries([...given, 'cpuacct'].map((controller) => [controller, directory]));
    return { layout: 'v2', directories, problem };
  } catch (error) {
    const problem = `cgroups cannot be made: ${(error as Error).message}`;
    return {
      layout: v2 && v1.length > 0 ? 'hybrid' : v2 ? 'v2' : 'v1',
      directories: {},
      unifiedMount: v1.length > 0 ? v2?.directory : undefined,
      problem,
    };
  }
}

function parseMounts(mountInfo: string): { type: string; directory: string; options: string[] }[] {
  return mountInfo
    .split('\n')
    .filter((line) => line.includes(' - '))
    .map((line) => {
      const [before, after] = line.split(' - ') as [string, string];
      const [type, , options] = after.split(' ') as [string, string, string];
      return { type, directory: before.split(' ')[4]!, options: options.split(',') };
    });
}

function makeParent(mount: string): string {
  const directory = path.join(mount, PARENT);
  fs.mkdirSync(directory, { recursive: true });
  fs.accessSync(directory, fs.constants.W_OK);
  putIfPresent(path.join(directory, 'cpu.shares'), 1024 * PARENT_WEIGHT);
  return directory;
}

/** Those of the second version. */
const UNIFIED_CONTROLLERS = ['memory', 'pids', 'cpu'] as const;

interface UnifiedParent {
  readonly directory: string;
  readonly given: readonly Controller[];
  readonly problem?: string;
}

/**
 * The second version lets a group have processes or controlled children, not both (but for the hierarchy's root): where the
 * runner's own group was delegated to it, its processes first move into a child of their own.
 */
function makeUnifiedParent(mount: string, ownGroups: string): UnifiedParent {
  const base = unifiedBase(mount, ownGroups);
  const isRealRoot = base === mount && !fs.existsSync(path.join(mount, 'cgroup.type'));
  const there = controllersOf(base);
  const given = UNIFIED_CONTROLLERS.filter((controller) => there.includes(controller));
  const lacking = UNIFIED_CONTROLLERS.filter((controller) => !there.includes(controller));
  if (!isRealRoot) {
    const leaf = path.join(base, 'runner');
    fs.mkdirSync(leaf, { recursive: true });
    for (const pid of readWords(path.join(base, 'cgroup.procs')))
      fs.writeFileSync(path.join(leaf, 'cgroup.procs'), pid);
  }
  const directory = path.join(base, PARENT);
  const enable = given.map((controller) => `+${controller}`).join(' ');
  fs.writeFileSync(path.join(base, 'cgroup.subtree_control'), enable);
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'cgroup.subtree_control'), enable);
  putIfPresent(path.join(directory, 'cpu.weight'), Math.min(10_000, 100 * PARENT_WEIGHT));
  if (lacking.length === 0) return { directory, given };
  return { directory, given, problem: `the cgroup ${base} was given no ${lacking.join(', ')} controller` };
}

/**
 * Below which group the runner makes its own: its service's, where systemd gave that all controllers (`Delegate=yes`), and the
 * hierarchy's root for a root who has none such, as in a login's session.
 */
function unifiedBase(mount: string, ownGroups: string): string {
  const own = /^0::(.*)$/m.exec(ownGroups)?.[1] ?? '/';
  const base = path.join(mount, own.endsWith('/runner') ? path.dirname(own) : own);
  const isRealRoot = !fs.existsSync(path.join(mount, 'cgroup.type'));
  const isRoot = process.getuid?.() === 0;
  const isService = own.endsWith('.service') || own.endsWith('/runner');
  const isGivenAll = UNIFIED_CONTROLLERS.every((controller) => controllersOf(base).includes(controller));
  return isRoot && isRealRoot && !(isService && isGivenAll) ? mount : base;
}

function controllersOf(group: string): readonly string[] {
  return fs.readFileSync(path.join(group, 'cgroup.controllers'), 'utf8').trim().split(' ');
}

/** Makes the group of a sandbox. */
export function createCgroup(host: CgroupHost, id: string): Cgroup {
  const unified = host.layout === 'v2';
  const at: Partial<Record<Controller, string>> = {};
  for (const [controller, parent] of Object.entries(host.directories))
    at[controller as Controller] = path.join(parent, id);
  const directories = [...new Set(Object.values(at))];
  for (const directory of directories) fs.mkdirSync(directory);
  const file = (controller: Controller, name: string): string | undefined =>
    at[controller] === undefined ? undefined : path.join(at[controller], name);
  const written = new Map<string, string>();
  /** A limit that stands already is not written again: each write waits for the kernel, and some wait long. */
  const put = (target: string | undefined, value: string | number): void => {
    if (target === undefined || written.get(target) === String(value)) return;
    fs.writeFileSync(target, String(value));
    written.set(target, String(value));
  };
  const get = (target: string | undefined): string => {
    try {
      return target === undefined ? '' : fs.readFileSync(target, 'utf8');
    } catch {
      return '';
    }
  };
  const field = (text: string, name: string): number =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);

  const setMemory = (bytes: number): void => {
    if (unified) {
      put(file('memory', 'memory.max'), bytes);
      putIfPresent(file('memory', 'memory.swap.max'), '0');
      return;
    }
    const memory = file('memory', 'memory.limit_in_bytes');
    const withSwap = file('memory', 'memory.memsw.limit_in_bytes');
    // The one with swap may never be the lower: it goes first on the way up, last on the way down.
    const isRise = bytes > Number(get(memory));
    if (isRise) putIfPresent(withSwap, bytes);
    put(memory, bytes);
    if (!isRise) putIfPresent(withSwap, bytes);
  };

  return {
    procsFiles: directories.map((directory) => path.join(directory, 'cgroup.procs')),
    setLimits: ({ memoryBytes, processes, cpus }) => {
      setMemory(memoryBytes);
      put(file('pids', 'pids.max'), processes);
      const quota = Math.round(cpus * CPU_PERIOD_MICROSECONDS);
      if (unified) put(file('cpu', 'cpu.max'), `${quota} ${CPU_PERIOD_MICROSECONDS}`);
      else {
        put(file('cpu', 'cpu.cfs_period_us'), CPU_PERIOD_MICROSECONDS);
        put(file('cpu', 'cpu.cfs_quota_us'), quota);
      }
    },
    usage: () => ({
      cpuMs: unified
        ? field(get(file('cpuacct', 'cpu.stat')), 'usage_usec') / 1000
        : Number(get(file('cpuacct', 'cpuacct.usage'))) / 1e6,
      peakMemoryBytes: Number(get(file('memory', unified ? 'memory.peak' : 'memory.max_usage_in_bytes'))),
      oomKills: field(get(file('memory', unified ? 'memory.events' : 'memory.oom_control')), 'oom_kill'),
      refusedProcesses: field(get(file('pids', 'pids.events')), 'max'),
    }),
    resetPeak: () => {
      if (!unified) putIfPresent(file('memory', 'memory.max_usage_in_bytes'), '0');
    },
    kill: () => {
      if (unified && directories[0] && putIfPresent(path.join(directories[0], 'cgroup.kill'), '1')) return;
      for (const directory of directories) killMembers(path.join(directory, 'cgroup.procs'));
    },
    remove: () => directories.map(removeGroup).every((isGone) => isGone),
  };
}

/** Ends what runs in groups that a crashed runner left, and removes them. @param isLeftover is asked with a sandbox's id */
export function sweepCgroups(host: CgroupHost, isLeftover: (id: string) => boolean): void {
  for (const parent of new Set(Object.values(host.directories))) {
    for (const entry of fs.readdirSync(parent, { withFileTypes: true })) {
      if (!entry.isDirectory() || !isLeftover(entry.name)) continue;
      const directory = path.join(parent, entry.name);
      for (let tries = 0; tries < 50 && !removeGroup(directory); tries++) {
        killMembers(path.join(directory, 'cgroup.procs'));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      }
    }
  }
}

function killMembers(procsFile: string): void {
  for (const pid of readWords(procsFile)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
}

function removeGroup(directory: string): boolean {
  try {
    fs.rmdirSync(directory);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** @returns whether it could be written */
function putIfPresent(file: string | undefined, value: string | number): boolean {
  if (file === undefined || !fs.existsSync(file)) return false;
  fs.writeFileSync(file, String(value));
  return true;
}

function readWords(file: string): string[] {
  try {
    return fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && line !== '0');
  } catch {
    return [];
  }
}
