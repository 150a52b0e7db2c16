import type { StoredEvent } from '../engines/event-store/event-store';
import type { Run } from './run';

/** Gathers a job's events since its last reset; undefined before its end. Output that came as base64 is base64 again. */
export function resultOf(events: readonly StoredEvent[]): Run['result'] {
  let output = emptyOutput();
  let usage: { stage: string }[] = [];
  let stage = 'run';
  for (const { event } of events) {
    if (event.type === 'reset') {
      output = emptyOutput();
      usage = [];
    } else if (event.type === 'stage') stage = String(event.stage);
    else if (event.type === 'stdout' || event.type === 'stderr') {
      const { data, encoding = 'utf8' } = event as { data?: string; encoding?: 'utf8' | 'base64' };
      output.encoding = encoding;
      output[stage === 'compile' ? 'compileOutput' : event.type].push(Buffer.from(data ?? '', encoding));
    } else if (event.type === 'usage') {
      const { type: _, ...used } = event;
      usage.push(used as unknown as { stage: string });
    } else if (event.type === 'exit' || event.type === 'error') {
      const { type, code, ...end } = event as { type: string; code?: string };
      const reason = type === 'error' ? { reason: code ?? 'internal' } : {};
      return { ...reason, ...end, ...textOf(output), usage } as Run['result'];
    }
  }
  return undefined;
}

interface Output {
  encoding: 'utf8' | 'base64';
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
