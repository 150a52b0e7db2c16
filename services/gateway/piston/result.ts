import * as os from 'node:os';
import type { ExitEvent, UnnumberedEvent } from '../../protocol/events';
import { OUTPUT_BYTES } from '../../protocol/limits';

/** How a stage ended, as Piston tells it. Times are in milliseconds, memory in bytes. */
export interface PistonStage {
  stdout: string;
  stderr: string;
  /** Both, in the order they came. */
  output: string;
  code: number | null;
  signal: string | null;
  message: string | null;
  /** RE exited with an error, SG ended by a signal, TO time, OL and EL too much on stdout or stderr, XX internal. */
  status: 'RE' | 'SG' | 'TO' | 'OL' | 'EL' | 'XX' | null;
  cpu_time: number | null;
  wall_time: number | null;
  memory: number | null;
}

export type PistonStageName = 'compile' | 'run';

type StageEnd = Pick<PistonStage, 'code' | 'signal' | 'message' | 'status'>;

const SUCCESS: StageEnd = { code: 0, signal: null, message: null, status: null };

/** Follows a job's events and tells its stages in Piston's terms. */
export interface PistonStages {
  /** Takes the next event. @returns the stages that ended by it */
  take(event: UnnumberedEvent): readonly PistonStageName[];
  readonly stages: Readonly<Partial<Record<PistonStageName, PistonStage>>>;
}

export function pistonStages(): PistonStages {
  let stages: Partial<Record<PistonStageName, PistonStage>> = {};
  let current: PistonStageName | undefined;
  const end = (how: StageEnd): readonly PistonStageName[] => {
    const name = current ?? 'run';
    stages[name] = { ...(stages[name] ?? emptyStage()), ...how };
    current = undefined;
    return [name];
  };
  return {
    get stages() {
      return stages;
    },
    take: (event) => {
      if (event.type === 'reset') {
        stages = {};
        current = undefined;
      } else if (event.type === 'stage') {
        // The compiler has ended well, or there would be no further stage.
        const ended = current === undefined ? [] : end(SUCCESS);
        current = event.stage;
        stages[current] = emptyStage();
        return ended;
      } else if (event.type === 'stdout' || event.type === 'stderr') {
        const stage = stages[current ?? 'run'];
        if (stage) {
          stage[event.type] += event.data;
          stage.output += event.data;
        }
      } else if (event.type === 'usage') {
        const { stage, cpuMs, wallMs, peakMemoryBytes } = event;
        Object.assign(stages[stage] ?? {}, { cpu_time: cpuMs, wall_time: wallMs, memory: peakMemoryBytes });
      } else if (event.type === 'exit') return end(endOf(event, stages[current ?? 'run']));
      else if (event.type === 'error') return end({ code: null, signal: null, message: event.message, status: 'XX' });
      return [];
    },
  };
}

function emptyStage(): PistonStage {
  const nothing = {
    code: null,
    signal: null,
    message: null,
    status: null,
    cpu_time: null,
    wall_time: null,
    memory: null,
  };
  return { stdout: '', stderr: '', output: '', ...nothing };
}

function endOf(
  { reason, exitCode, signal, message }: Omit<ExitEvent, 'seq'>,
  stage: PistonStage | undefined,
): StageEnd {
  switch (reason) {
    case 'ok':
    case 'compileError':
      return signal === undefined ? exited(exitCode ?? 0) : killed(signal);
    case 'timeout':
      return { code: null, signal: 'SIGKILL', message: 'Time limit exceeded', status: 'TO' };
    case 'outputLimit': {
      const isStderr =
        Buffer.byteLength(stage?.stderr ?? '') >= Math.min(OUTPUT_BYTES, Buffer.byteLength(stage?.stdout ?? '') + 1);
      return isStderr
        ? { code: null, signal: 'SIGKILL', message: 'stderr length exceeded', status: 'EL' }
        : { code: null, signal: 'SIGKILL', message: 'stdout length exceeded', status: 'OL' };
    }
    case 'sandboxError':
      return { code: null, signal: null, message: message ?? 'Internal error', status: 'XX' };
    default:
      return killed('SIGKILL');
  }
}

function exited(code: number): StageEnd {
  return code === 0 ? SUCCESS : { code, signal: null, message: `Exited with error status ${code}`, status: 'RE' };
}

function killed(signal: string): StageEnd {
  const number = os.constants.signals[signal as NodeJS.Signals];
  return { code: null, signal, message: `Caught fatal signal ${number ?? signal}`, status: 'SG' };
}
