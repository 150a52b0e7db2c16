import type { LogLevel } from '../../contracts/names';
import pino, { type Logger } from 'pino';

/** Resolves when the process is told to end. A second signal ends it at once, as anybody at a terminal expects. */
export function waitForShutdownSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

/** JSON lines on standard error, written at once: what a process says before it dies is there. */
export function openLogger(level: LogLevel): Logger {
  return pino({ level }, pino.destination({ dest: 2, sync: true }));
}

/** Runs a program until it ends by itself; a failure is told in one line, with its stack where SANDPIPER_DEBUG is 1. */
export async function runProgram(name: string, main: () => Promise<void>): Promise<never> {
  try {
    await main();
    process.exit(0);
  } catch (error) {
    const { message, stack } = error as Error;
    console.error(`${name}: ${process.env.SANDPIPER_DEBUG === '1' ? stack : message}`);
    process.exit(1);
  }
}
