import type { JobLimits } from '../protocol/limits';
import type { LanguageRuntime, PrestartKind } from './language-runtime';
import { createPool, type Pool, type Sort, type Warm } from './pool';
import { filledEnvironment, type CommandVariables } from './job-command';
import { prestartOf } from './prestart';
import type { WaitingCommand } from './command';
import type { SandboxHost } from './host';
import type { Sandbox } from './sandbox';

/** A sandbox for one job. */
export interface PooledSandbox {
  readonly sandbox: Sandbox;
  /** The interpreter of the job's language, loaded. */
  readonly waiting?: WaitingCommand;
}

/** Where jobs get their sandboxes: from those that wait, or made at once where none does. */
export interface SandboxPool {
  /** @throws Error when no sandbox can be made */
  take(runtime: LanguageRuntime, limits: JobLimits, sourceFile: string): Promise<PooledSandbox>;
  /** Ends a sandbox that has served; there is then time to make others. */
  release(pooled: PooledSandbox): void;
  /** Makes ready for languages before anyone asks. */
  warm(runtimes: readonly LanguageRuntime[]): Promise<void>;
  /** How many wait, by what they are for. */
  readonly waiting: Readonly<Record<string, number>>;
  /** How many were given that had waited, and how many that were made at once. */
  readonly taken: { readonly warm: number; readonly cold: number };
  /** Resolves when what was released is gone and what is to wait does. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface SandboxPoolProps {
  readonly host: SandboxHost;
  /** Most sandboxes that wait. 0: every job starts cold. @default 4 */
  readonly size?: number;
  /** Most memory of those that wait. @default 1 GiB */
  readonly memoryBytes?: number;
  /** Whether interpreters may be started ahead. @default true */
  readonly prestart?: boolean;
  /** @default 600_000 */
  readonly staleMs?: number;
}

interface WarmSandbox extends Warm, PooledSandbox {}

const MEBIBYTE = 1024 * 1024;
/** What an interpreter takes while it waits, measured: Python 12 MiB, Node.js 45, Java with its compiler 110. */
const WAITING_MEMORY_BYTES: Readonly<Record<PrestartKind, number>> = {
  python: 16 * MEBIBYTE,
  node: 56 * MEBIBYTE,
  java: 128 * MEBIBYTE,
};

/** The environment of a job's programs: nothing of the runner's. */
export function jobEnvironment(
  runtime: LanguageRuntime,
  variables: CommandVariables,
): Readonly<Record<string, string>> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    ...filledEnvironment(runtime.env ?? {}, variables),
  };
}

export function createSandboxPool(props: SandboxPoolProps): SandboxPool {
  const { host, size = 4, memoryBytes = 1024 * MEBIBYTE, prestart = true, staleMs } = props;
  const pool: Pool<WarmSandbox> = createPool({ size, memoryBytes, staleMs });
  const releasing = new Set<Promise<unknown>>();
  const taken = { warm: 0, cold: 0 };

  const start = (runtime: LanguageRuntime, limits: JobLimits): Promise<Sandbox> =>
    host.start(runtime.rootfs, { workBytes: limits.workBytes, workInodes: limits.workInodes });
  /** What a waiting sandbox cannot change is in the key: a job with other limits gets none of them. */
  const plainSort = (runtime: LanguageRuntime, { workBytes, workInodes, ...limits }: JobLimits): Sort<WarmSandbox> => ({
    key: `sandbox ${JSON.stringify([runtime.rootfs.id, workBytes, workInodes])}`,
    memoryBytes: host.runtime.ownMemoryBytes,
    make: async () => asWarm(await start(runtime, { workBytes, workInodes, ...limits })),
  });
  const waitingSort = (runtime: LanguageRuntime, limits: JobLimits): Sort<WarmSandbox> | undefined => {
    const { memoryBytes: runBytes } = limits.run;
    const { sourceFile } = runtime;
    const env = jobEnvironment(runtime, { sourceFile, files: [sourceFile], memoryBytes: runBytes });
    const waiting = prestart ? prestartOf(runtime, env, runBytes) : undefined;
    if (!waiting) return undefined;
    const { openFiles, fileBytes, cpuMs } = limits.run;
    const fixed = [runtime.rootfs.id, waiting.argv, waiting.env, limits.workBytes, limits.workInodes];
    return {
      key: `${runtime.prestart} ${JSON.stringify([...fixed, openFiles, fileBytes, cpuMs])}`,
      memoryBytes: host.runtime.ownMemoryBytes + WAITING_MEMORY_BYTES[runtime.prestart!],
      make: async () => {
        const sandbox = await start(runtime, limits);
        return asWarm(sandbox, sandbox.prestart({ argv: waiting.argv, env: waiting.env, limits: limits.run }));
      },
    };
  };
  const sortOf = (runtime: LanguageRuntime, limits: JobLimits, sourceFile: string): Sort<WarmSandbox> => {
    const isUsable =
      prestartOf(runtime, {}, limits.run.memoryBytes)?.anySourceFile || sourceFile === runtime.sourceFile;
    return (isUsable ? waitingSort(runtime, limits) : undefined) ?? plainSort(runtime, limits);
  };

  return {
    take: async (runtime, limits, sourceFile) => {
      const warm = size > 0 ? pool.take(sortOf(runtime, limits, sourceFile)) : undefined;
      taken[warm ? 'warm' : 'cold']++;
      return warm ?? { sandbox: await start(runtime, limits) };
    },
    taken,
    release: ({ sandbox }) => {
      const done = sandbox
        .close()
        .then(() => (size > 0 ? pool.refill() : undefined))
        .finally(() => releasing.delete(done));
      releasing.add(done);
    },
    warm: async (runtimes) => {
      for (const runtime of runtimes) pool.warm(sortOf(runtime, runtime.limits, runtime.sourceFile));
      await pool.refill();
    },
    get waiting() {
      return pool.waiting;
    },
    settled: async () => {
      await Promise.all([...releasing]);
    },
    close: async () => {
      await Promise.all([...releasing]);
      await pool.close();
    },
  };
}

function asWarm(sandbox: Sandbox, waiting?: WaitingCommand): WarmSandbox {
  return {
    sandbox,
    waiting,
    get isAlive() {
      return sandbox.isAlive && waiting?.isWaiting !== false;
    },
    close: () => sandbox.close(),
  };
}
