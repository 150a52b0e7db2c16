import { MAXIMUM_JOB_SECONDS } from '../../contracts/job-time';
import { openAdmin } from '../program/admin';
import { limitTime } from '../protocol/limits';
import type { EventStore } from '../engines/event-store/event-store';
import type { JobQueue } from '../engines/job-queue/job-queue';
import { startReaper } from '../engines/reaper';
import { chooseVersion } from '../languages/choose-version';
import type { PresentVersion } from '../languages/host-toolchains';
import type { Language } from '../languages/schema';
import type { LanguageRuntime } from '../sandbox/language-runtime';
import { localHost, type RunnerHost } from './host/host';
import { runnerMetrics } from './metrics';
import { announce } from './presence';
import type { SandboxPool } from '../sandbox/sandbox-pool';
import { startWorker } from './worker/worker';

/** A language version, and how a sandbox gets what it needs to run it. */
export interface OfferedRuntime {
  readonly version: PresentVersion;
  /** Has it made ready: the first to ask may wait for its image. @throws Error when it cannot be had now */
  readonly prepare: () => Promise<LanguageRuntime>;
}

export interface RunnerOptions {
  readonly queue: JobQueue;
  readonly store: EventStore;
  readonly sandboxPool: SandboxPool;
  /** The first of a language is its default. */
  readonly offered: readonly OfferedRuntime[];
  /** Jobs at once. */
  readonly slots: number;
  /** Unique to this process; for logs and claims. */
  readonly runnerId: string;
  /** A job of a runner that died is taken up again so much later. */
  readonly leaseSeconds: number;
  /** The longest that a job may take, compile and run together. @default 120 */
  readonly maximumJobSeconds?: number;
  /** Languages whose sandboxes are started before anyone asks; those that are not offered are ignored, and logged. @default - those that the catalogue marks */
  readonly hotLanguages?: readonly string[];
  /** Port of `/readyz` and `/metrics`, on the loopback address. 0 for any free one. @default none */
  readonly adminPort?: number;
  /** The machine. @default one that goes when it is told to */
  readonly host?: RunnerHost;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** A runner that takes jobs. */
export interface Runner {
  readonly adminPort?: number;
  /** How many jobs it holds now. */
  readonly running: number;
  /** Takes no more jobs, and resolves when it holds none: those that `graceMs` leaves over are put back. */
  drain(graceMs: number): Promise<void>;
}

/** A machine that drains says so this often. */
const HEARTBEAT_MS = 30_000;

/** Starts to take jobs. @throws Error when the admin port is taken */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const { queue, store, sandboxPool, offered, slots, host = localHost, log } = options;
  const { jobs, limiter, presence } = store;
  const versions = offered.map(({ version }) => version);
  const limited = limitTimeOf(options.maximumJobSeconds ?? MAXIMUM_JOB_SECONDS.default);
  const runtimeOf = async ({ language, version }: { readonly language: string; readonly version?: string }) => {
    const chosen = chooseVersion(versions, language, version);
    return limited(await offered.find((one) => one.version === chosen)!.prepare());
  };
  const metrics = runnerMetrics({ sandboxPool, slots, running: () => worker.running });
  const admin =
    options.adminPort === undefined
      ? undefined
      : await openAdmin({ queue, store, registry: metrics.registry, port: options.adminPort });
  const worker = startWorker({
    queue,
    store: jobs,
    limiter,
    sandboxPool,
    runtimeOf,
    slots,
    runnerId: options.runnerId,
    leaseSeconds: options.leaseSeconds,
    observer: metrics.observer,
    onBusy: (isBusy) => void host.busy(isBusy),
    log,
  });
  const announced = announce(presence, { id: options.runnerId, slots });
  const reaper = startReaper({ ledger: jobs, limiter, log });
  const known = [...new Set(versions.map(({ language }) => language))];
  const hot = (options.hotLanguages ?? hotOf(known)).filter((id) => {
    const isKnown = known.some((language) => language.id === id);
    if (!isKnown) log('a hot language is ignored: this runner does not offer it', { language: id });
    return isKnown;
  });
  // One by one, so that the first is ready as soon as can be.
  const warmUp = async (): Promise<void> => {
    for (const language of hot) await sandboxPool.warm([await runtimeOf({ language })]);
  };
  void warmUp().catch((error: unknown) => log('warming failed', { error: String(error) }));
  return {
    adminPort: admin?.port,
    get running() {
      return worker.running;
    },
    drain: async (graceMs) => {
      reaper.close();
      await announced.withdraw();
      const heartbeat = setInterval(() => void host.stillDraining(), HEARTBEAT_MS);
      await worker.drain(graceMs);
      clearInterval(heartbeat);
      await host.drained();
      await admin?.close();
    },
  };
}

/** Holds the time limits of runtimes below a job's longest time. One runtime always gives the same: waiting sandboxes are found by it. */
function limitTimeOf(maximumJobSeconds: number): (runtime: LanguageRuntime) => LanguageRuntime {
  const known = new WeakMap<LanguageRuntime, LanguageRuntime>();
  return (runtime) => {
    const limits = limitTime(runtime.limits, maximumJobSeconds * 1000, runtime.compile !== undefined);
    if (limits === runtime.limits) return runtime;
    const limited = known.get(runtime) ?? { ...runtime, limits };
    known.set(runtime, limited);
    return limited;
  };
}

/** What the catalogue marks, the first of all languages before the others. */
function hotOf(languages: readonly Language[]): readonly string[] {
  const hot = languages.filter(({ isHot }) => isHot);
  return [...hot.filter(({ isFirst }) => isFirst), ...hot.filter(({ isFirst }) => !isFirst)].map(({ id }) => id);
}
