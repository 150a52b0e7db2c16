import type { ErrorEvent, ExitEvent, Limit, UsageEvent } from '../../services/protocol/events';
import type { Refusal } from '../../services/protocol/client';

const LIMITS: Readonly<Record<Limit, string>> = {
  wall: 'it ran too long',
  cpu: 'it used too much processor time',
  memory: 'it used too much memory',
  processes: 'it started too many processes',
  output: 'it wrote too much',
  disk: 'its directory was full',
  fileSize: 'it wrote too large a file',
  openFiles: 'it opened too many files',
};

/** How a job ended, in a sentence. */
export function exitInWords(exit: ExitEvent): string {
  switch (exit.reason) {
    case 'ok':
      return `${ownEnd(exit)}${exit.limit === undefined ? '' : ` (${LIMITS[exit.limit]})`}.`;
    case 'compileError':
      return 'It does not compile.';
    case 'timeout':
      return `Stopped: ${LIMITS[exit.limit ?? 'wall']}.`;
    case 'outOfMemory':
      return `Stopped: ${LIMITS.memory}.`;
    case 'outputLimit':
      return `Stopped: ${LIMITS.output}. The output is cut.`;
    case 'limitExceeded':
      return exit.limit === undefined ? 'Stopped: it met a limit.' : `Stopped: ${LIMITS[exit.limit]}.`;
    case 'cancelled':
      return 'Stopped.';
    case 'sandboxError':
      return 'The sandbox failed, not your program. Run it again.';
  }
}

function ownEnd({ exitCode, signal }: ExitEvent): string {
  if (signal !== undefined) return `Ended by ${signal}`;
  return exitCode === undefined || exitCode === 0 ? 'Finished' : `Finished with exit code ${exitCode}`;
}

/** Why a job was not run, in a sentence. */
export function refusalInWords({ code, message, retryAfterMs }: Refusal): string {
  const when = retryAfterMs === undefined ? ' Try again in a moment.' : ` Try again in ${inSeconds(retryAfterMs)}.`;
  switch (code) {
    case 'rateLimited':
      return `You run programs faster than is allowed.${when}`;
    case 'tooManyJobs':
      return `Too many of your programs run at once.${when}`;
    case 'tooManyConnections':
      return `Too many of your pages are connected.${when}`;
    case 'overloaded':
      return `Too many programs are waiting.${when}`;
    case 'unavailable':
      return `The service is not available.${when}`;
    case 'internal':
      return `The service failed.${when}`;
    case 'slowReader':
      return 'The output came faster than this page could read it.';
    case 'unauthorized':
      return 'You are not signed in, or no longer.';
    case 'forbidden':
      return 'This page may not use the service.';
    case 'notFound':
      return 'This run has expired.';
    case 'payloadTooLarge':
      return `The program is too large: ${message}.`;
    case 'unknownLanguage':
    case 'invalidMessage':
      return `Refused: ${message}.`;
  }
}

/** Why a job could not be run at all, in a sentence. */
export function errorInWords({ code, message }: ErrorEvent): string {
  return code === 'internal' || code === 'unavailable' ? refusalInWords({ code, message }) : `Refused: ${message}.`;
}

/** What the stages of a job used, in a line. */
export function usageInWords(usages: readonly UsageEvent[]): string {
  return usages
    .map(
      ({ stage, wallMs, cpuMs, peakMemoryBytes }) =>
        `${stage === 'run' ? 'Run' : 'Compiler'} ${duration(wallMs)}, processor ${duration(cpuMs)}, memory ${mebibytes(peakMemoryBytes)}`,
    )
    .join(' · ');
}

/** Milliseconds as a reader likes them. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** A wait in whole seconds, never none. */
export function inSeconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1000))} s`;
}

function mebibytes(bytes: number): string {
  const amount = bytes / (1024 * 1024);
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} MiB`;
}
