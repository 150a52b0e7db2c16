import * as os from 'node:os';
import { choice, list, required, text, wholeNumber, type Environment } from '../program/environment';
import type { Machine } from './host/machine';
import type { RuntimeName } from '../sandbox/runtime';

/** What the runner's program is told by its environment; docs/settings.md lists the variables. */
export interface RunnerConfig {
  readonly runtime: RuntimeName;
  /** Program of the runtime: its path, or its name on PATH. */
  readonly runtimeProgram: string;
  /** Directory of the sandbox's own programs. @default - beside this program, in `bin` */
  readonly sandboxPrograms?: string;
  /** Jobs at once. */
  readonly slots: number;
  /** Sandboxes that wait at most. */
  readonly warm: number;
  readonly hotLanguages: readonly string[];
  readonly leaseSeconds: number;
  readonly drainMs: number;
  readonly adminPort?: number;
  /** File that lists what is offered; absent: the toolchains of this machine are asked. */
  readonly languagesFile?: string;
  /** Directory of the catalogue, where there is no such file. */
  readonly catalogueDirectory?: string;
  /** Directory of built images; absent: jobs run with this machine's own toolchains. */
  readonly imagesDirectory?: string;
  /** Where images are fetched from into that directory, when they are first asked for; absent: they were built there. */
  readonly imageSource?: string;
  /** File that lists the images of the source. */
  readonly imageListFile?: string;
  /** Where this machine keeps the toolchains that sandboxes see in /opt/toolchains. */
  readonly toolchainsDirectory: string;
  readonly runnerId: string;
  readonly machine: Machine;
}

/** Started ahead unless named otherwise: what most people try first. */
export const HOT_LANGUAGES: readonly string[] = ['python', 'javascript', 'bash'];

/** @throws SettingError naming the variable */
export function readRunnerConfig(environment: Environment): RunnerConfig {
  const number = (name: string, minimum: number, maximum: number, fallback: number): number =>
    wholeNumber(environment, name, { minimum, maximum, fallback });
  const runtime = choice(environment, 'SANDPIPER_RUNTIME', ['runsc', 'crun'] as const, 'runsc');
  const hot = list(environment, 'SANDPIPER_HOT_LANGUAGES');
  return {
    runtime,
    runtimeProgram: text(environment, 'SANDPIPER_RUNTIME_PROGRAM') ?? runtime,
    sandboxPrograms: text(environment, 'SANDPIPER_SANDBOX_PROGRAMS'),
    slots: number('SANDPIPER_SLOTS', 1, 1_000, os.availableParallelism()),
    warm: number('SANDPIPER_WARM', 0, 1_000, 4),
    hotLanguages: hot.length > 0 ? hot : HOT_LANGUAGES,
    leaseSeconds: number('SANDPIPER_LEASE_SECONDS', 10, 600, 30),
    drainMs: number('SANDPIPER_DRAIN_SECONDS', 0, 3_600, 20) * 1_000,
    adminPort: wholeNumber(environment, 'SANDPIPER_ADMIN_PORT', { minimum: 0, maximum: 65_535, fallback: undefined }),
    languagesFile: text(environment, 'SANDPIPER_LANGUAGES'),
    catalogueDirectory: text(environment, 'SANDPIPER_CATALOGUE'),
    imagesDirectory: text(environment, 'SANDPIPER_IMAGES'),
    imageSource: text(environment, 'SANDPIPER_IMAGE_SOURCE'),
    imageListFile: text(environment, 'SANDPIPER_IMAGE_LIST'),
    toolchainsDirectory: text(environment, 'SANDPIPER_TOOLCHAINS') ?? '/opt/toolchains',
    machine: machineOf(environment),
    runnerId: text(environment, 'SANDPIPER_RUNNER_ID') ?? `${os.hostname()}-${process.pid}`,
  };
}

function machineOf(environment: Environment): Machine {
  const kind = choice(environment, 'SANDPIPER_MACHINE', ['local', 'aws', 'gcp'] as const, 'local');
  if (kind !== 'aws') return { kind };
  return {
    kind,
    autoScalingGroup: required(environment, 'SANDPIPER_AUTO_SCALING_GROUP', 'the name of the machine’s own group'),
    lifecycleHook: required(environment, 'SANDPIPER_LIFECYCLE_HOOK', 'the name of the group’s termination hook'),
  };
}
