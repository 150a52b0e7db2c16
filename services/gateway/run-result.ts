import type { StoredEvent } from '../engines/event-store/job-store';
import type { Stage, UnnumberedEvent } from '../protocol/events';
import type { Encoding } from '../protocol/job';
import type { Run } from './run';

type Usage = Omit<Extract<UnnumberedEvent, { type: 'usage' }>, 'type'>;

/** Gathers a job's events since its last reset; undefined before its end. Output that came as base64 is base64 again. */
export function resultOf(events: readonly StoredEvent[]): Run['result'] {
  let output = emptyOutput();
  let usage: Usage[] = [];
  let stage: Stage = 'run';
  for (const { event } of events) {
    if (event.type === 'reset') {
      output = emptyOutput();
      usage = [];
    } else if (event.type === 'stage') stage = event.stage;
    else if (event.type === 'stdout' || event.type === 'stderr') {
      const { data, encoding = 'utf8' } = event;
      output.encoding = encoding;
      output[stage === 'compile' ? 'compileOutput' : event.type].push(Buffer.from(data, encoding));
    } else if (event.type === 'usage') {
      const { type: _, ...used } = event;
      usage.push(used);
    } else if (event.type === 'exit') {
      const { type: _, ...end } = event;
      return { ...end, ...textOf(output), usage };
    } else if (event.type === 'error') return { reason: event.code, message: event.message, ...textOf(output), usage };
  }
  return undefined;
}

interface Output {
  encoding: Encoding;
  readonly stdout: Buffer[];
  readonly stderr: Buffer[];
  readonly compileOutput: Buffer[];
}

function emptyOutput(): Output {
  return { encoding: 'utf8', stdout: [], stderr: [], compileOutput: [] };
}

function textOf({ encoding, stdout, stderr, compileOutput }: Output) {
  const text = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString(encoding);
  return {
    stdout: text(stdout),
    stderr: text(stderr),
    compileOutput: compileOutput.length > 0 ? text(compileOutput) : undefined,
  };
}
