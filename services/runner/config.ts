import * as os from 'node:os';
import { runnerSettings } from '../../contracts/runner-settings';
import type { ValuesOf } from '../../contracts/setting';
import { missingSetting, readSettings, type Environment } from '../program/read-settings';
import type { Machine } from './host/machine';

type RunnerValues = ValuesOf<typeof runnerSettings>;

/** What the runner's program is configured with by its environment: the values of the table, and what the runner finds out itself. */
export interface RunnerConfig extends Omit<RunnerValues, 'machine' | 'drainSeconds'> {
  readonly runtimeProgram: string;
  readonly slots: number;
  readonly runnerId: string;
  readonly drainMs: number;
  readonly machine: Machine;
}

/** @throws SettingError naming the variable */
export function readRunnerConfig(environment: Environment): RunnerConfig {
  const values = readSettings(runnerSettings, environment);
  return {
    ...values,
    runtimeProgram: values.runtimeProgram ?? values.runtime,
    slots: values.slots ?? os.availableParallelism(),
    runnerId: values.runnerId ?? `${os.hostname()}-${process.pid}`,
    drainMs: values.drainSeconds * 1000,
    machine: machineOf(values),
  };
}

function machineOf({ machine, autoScalingGroup, lifecycleHook }: RunnerValues): Machine {
  if (machine !== 'aws') return { kind: machine };
  if (autoScalingGroup === undefined) throw missingSetting(runnerSettings.autoScalingGroup);
  if (lifecycleHook === undefined) throw missingSetting(runnerSettings.lifecycleHook);
  return { kind: machine, autoScalingGroup, lifecycleHook };
}
