import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Socket } from 'node:net';
import type { Rootfs } from './rootfs';
import { createCgroup, findCgroups, sweepCgroups, type Cgroup, type CgroupHost } from './cgroup';
import { startLauncher, launcherMessage, type Launcher } from './launcher';
import { rememberSeccomp } from './compiled-seccomp';
import { GROUPS_NAME, type DiskLimits } from './mounts';
import type { SandboxPrograms } from './programs';
import { readableByOthers } from './readable-by-others';
import type { Runtime } from './runtime';
import { openSandbox, type Sandbox } from './sandbox';
import { seccompProgram } from './seccomp-program';
import { ociSpec, type IdMapping, type SpecProps } from './spec';
import { spawnRequest } from './spawn-request';
import { isOfDeadRunner, makeStateDirectory } from './state-directory';

/** Makes sandboxes with one runtime. */
export interface SandboxHost {
  readonly runtime: Runtime;
  readonly cgroups: CgroupHost;
  /** Directory of this runner's own, removed at the end; for what lives as long, such as the rootfs of the host's toolchains. */
  readonly stateDirectory: string;
  /** @throws Error with the runtime's own words */
  start(rootfs: Rootfs, disk: DiskLimits): Promise<Sandbox>;
  /** Ends every sandbox and removes every trace. */
  close(): Promise<void>;
}

export interface SandboxHostProps {
  readonly runtime: Runtime;
  readonly programs: SandboxPrograms;
  /** Processors of one sandbox. @default 1 */
  readonly cpus?: number;
  /**
   * Processes that wait in a cgroup for a sandbox to start, so that a start need not wait for the move.
   *
   * @default - {@link SPARE_CELLS}
   */
  readonly spareCells?: number;
  /** @default found */
  readonly cgroups?: CgroupHost;
}

/** A process of the launcher in a cgroup of its own, before it has become a runtime. */
interface Cell {
  readonly id: string;
  readonly socket: Socket;
  readonly cgroup?: Cgroup;
  isGone: boolean;
}

/** Runs a command of the runtime on the state of a runner, its own or one that crashed. */
type RuntimeCall = (stateDirectory: string, args: readonly string[]) => Promise<string>;

/**
 * Three for each processor. A move waits 10 to 20 ms for the kernel on a busy host of four hierarchies, and a processor
 * starts a sandbox in 6 ms: with fewer, jobs in a row wait for them.
 */
export const SPARE_CELLS = 3 * os.availableParallelism();
/** Above what Debian gives accounts and /etc/subuid, below the end of 32 bits. Each sandbox of a host has two of its own. */
const FIRST_HOST_ID = 0x40000000;
const HOST_IDS = 0x20000000;
/** Until the limits of its job are set. */
const PARKED = { memoryBytes: 1 << 30, processes: 512, cpus: 1 };
const REMOVE_TRIES = 100;
const REMOVE_PAUSE_MS = 10;

/** Sweeps what crashed runners left, and starts the launcher. @throws Error when the launcher cannot start */
export async function openSandboxHost(props: SandboxHostProps): Promise<SandboxHost> {
  const { runtime, programs, cpus = 1, spareCells = SPARE_CELLS, cgroups = findCgroups() } = props;
  const state = makeStateDirectory();
  const isRoot = process.getuid?.() === 0;
  const launcher: Launcher = await startLauncher({
    program: programs.launcher,
    directory: state.directory,
    ...(runtime.name === 'crun' ? { sealed: runtime.program, leftOut: cgroups.unifiedMount } : {}),
    ...(runtime.name === 'spawner' ? { filter: writeFilter(state.directory) } : {}),
  });
  const call: RuntimeCall = async (directory, args) =>
    runtime.program === undefined ? '' : launcher.call([runtime.program, ...runtime.options(directory), ...args]);
  await sweep(runtime, cgroups, path.dirname(state.directory), call);
  const hasCgroups = Object.keys(cgroups.directories).length > 0;
  const ownDirectory = path.join(state.directory, 'own');
  readableByOthers(() => {
    fs.cpSync(programs.prestart, ownDirectory, { recursive: true });
    fs.copyFileSync(programs.init, path.join(ownDirectory, 'init'));
    fs.copyFileSync(programs.stdio, path.join(ownDirectory, 'stdio.so'));
    for (const name of ['init', 'stdio.so']) fs.chmodSync(path.join(ownDirectory, name), 0o555);
    if (runtime.ownGroups) fs.mkdirSync(path.join(ownDirectory, GROUPS_NAME));
  });

  const seccomp = rememberSeccomp(runtime, state.directory);

  const cells: Promise<Cell>[] = [];
  const open = new Set<Promise<unknown> | Sandbox>();
  const closing = new Set<Promise<void>>();
  let made = 0;
  let isClosed = false;

  const makeCell = async (): Promise<Cell> => {
    const id = `${state.runner}-${made++}`;
    const cgroup = hasCgroups ? createCgroup(cgroups, id) : undefined;
    try {
      cgroup?.setLimits({ ...PARKED, cpus });
      const socket = await launcher.connect(cgroup?.procsFiles ?? []);
      const cell: Cell = { id, socket, cgroup, isGone: false };
      socket.once('close', () => (cell.isGone = true));
      return cell;
    } catch (error) {
      cgroup?.remove();
      throw error;
    }
  };
  const refill = (): void => {
    while (!isClosed && cells.length < spareCells) {
      const cell = makeCell();
      cell.catch(() => undefined);
      cells.push(cell);
    }
  };
  const takeCell = async (): Promise<Cell> => {
    const waiting = cells.shift();
    const cell = waiting && (await waiting.catch(() => undefined));
    if (cell && !cell.isGone) return cell;
    if (cell) await dropCell(cell);
    return makeCell();
  };
  const dropCell = async (cell: Cell): Promise<void> => {
    cell.socket.destroy();
    await removeGroup(cell.cgroup);
  };
  refill();

  const start = async (rootfs: Rootfs, disk: DiskLimits): Promise<Sandbox> => {
    if (isClosed) throw new Error('the sandbox host is closed');
    const { compiled } = seccomp;
    try {
      const sandbox = await startWith(rootfs, disk, compiled);
      if (compiled !== undefined) seccomp.trust();
      return sandbox;
    } catch (error) {
      if (compiled === undefined || !seccomp.distrust()) throw error;
      return startWith(rootfs, disk, undefined);
    }
  };
  const startWith = async (rootfs: Rootfs, disk: DiskLimits, compiledSeccomp: string | undefined): Promise<Sandbox> => {
    const cell = await takeCell();
    const { id, socket, cgroup } = cell;
    const ids = idMapping(isRoot, id);
    const { ownGroups, program } = runtime;
    const spec: SpecProps = { rootfs, ownDirectory, disk, ids, ownGroups, compiledSeccomp };
    const bundle = program === undefined ? undefined : path.join(state.directory, 'bundles', id);
    if (program === undefined || bundle === undefined) socket.write(launcherMessage(spawnRequest(spec)));
    else {
      fs.mkdirSync(bundle, { recursive: true, mode: 0o700 });
      fs.writeFileSync(path.join(bundle, 'config.json'), JSON.stringify(ociSpec(spec)));
      socket.write(launcherMessage([program, ...runtime.options(state.directory), 'run', '--bundle', bundle, id]));
    }
    const sandbox = await openSandbox({
      id,
      socket,
      cgroup,
      runtime,
      cpus,
      cleanUp: async (isStuck, initPid) => {
        if (isStuck) {
          cgroup?.kill();
          killInit(initPid);
          await call(state.directory, ['kill', id, 'KILL']);
          await call(state.directory, ['delete', '--force', id]);
        }
        await removeGroup(cgroup);
        if (bundle === undefined) return;
        fs.rmSync(bundle, { recursive: true, force: true });
        const left = path.join(state.directory, runtime.name, id);
        if (fs.existsSync(left)) await call(state.directory, ['delete', '--force', id]);
      },
    });
    seccomp.learn(id);
    setImmediate(refill);
    const tracked: Sandbox = {
      ...sandbox,
      get isAlive() {
        return sandbox.isAlive;
      },
      close: () => {
        open.delete(tracked);
        const done = sandbox.close().finally(() => closing.delete(done));
        closing.add(done);
        return done;
      },
    };
    open.add(tracked);
    return tracked;
  };

  return {
    runtime,
    cgroups,
    stateDirectory: state.directory,
    start: (rootfs, disk) => {
      const starting = start(rootfs, disk).finally(() => open.delete(starting));
      open.add(starting);
      return starting;
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      for (const entry of [...open]) await Promise.resolve(entry as Promise<unknown>).catch(() => undefined);
      for (const entry of [...open]) if ('close' in entry) void entry.close();
      await Promise.all([...closing]);
      for (const cell of await Promise.allSettled(cells)) if (cell.status === 'fulfilled') await dropCell(cell.value);
      await launcher.close();
      fs.rmSync(state.directory, { recursive: true, force: true });
    },
  };
}

/** @returns the file of the filter for the launcher's own sandboxes */
function writeFilter(directory: string): string {
  const file = path.join(directory, 'filter');
  fs.writeFileSync(file, seccompProgram());
  return file;
}

/** The end of process 1 is the end of its sandbox. While its connection is open the id is its own. */
function killInit(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

/** Two ids that no other sandbox of this host has at the same time, even one of another runner. */
function idMapping(isRoot: boolean, id: string): IdMapping {
  if (!isRoot) return { kind: 'rootless', uid: process.getuid!(), gid: process.getgid!() };
  const [, pid, , number] = /^r(\d+)-(\d+)-\d+-(\d+)$/.exec(id)!;
  const slot = (Number(pid) * 4096 + (Number(number) % 4096)) % (HOST_IDS / 2);
  return { kind: 'own', firstHostId: FIRST_HOST_ID + 2 * slot };
}

async function removeGroup(cgroup: Cgroup | undefined): Promise<void> {
  for (let tries = 0; cgroup && tries < REMOVE_TRIES && !cgroup.remove(); tries++) {
    // What is left in it now has nobody to report to.
    if (tries > 0) cgroup.kill();
    await new Promise((resolve) => setTimeout(resolve, REMOVE_PAUSE_MS));
  }
}

/** Ends and removes what runners left that did not end as they should. */
async function sweep(runtime: Runtime, cgroups: CgroupHost, root: string, call: RuntimeCall): Promise<void> {
  sweepCgroups(cgroups, isOfDeadRunner);
  for (const name of fs.readdirSync(root).filter(isOfDeadRunner)) {
    const directory = path.join(root, name);
    const ids = fs.existsSync(path.join(directory, runtime.name))
      ? fs.readdirSync(path.join(directory, runtime.name))
      : [];
    for (const id of ids) await call(directory, ['delete', '--force', id.replace(/_sandbox:.*$/, '')]);
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
