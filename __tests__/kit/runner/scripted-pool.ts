import type { CommandEnd, CommandOutput, RunningCommand } from '../../../services/sandbox/command';
import type { LanguageRuntime } from '../../../services/sandbox/language-runtime';
import type { SandboxPool } from '../../../services/sandbox/sandbox-pool';
import { defaultLimits } from '../../../services/protocol/limits';

/**
 * Sandboxes that run no program but a script, for tests of what is around them: each line of the source is `print TEXT`, `sleep MILLISECONDS`, `echo`
 * (standard input, until it is closed), `wait` (until it is cancelled), `exit CODE` or `break` (the sandbox itself fails).
 */
export function scriptedPool(): SandboxPool & { readonly started: readonly string[] } {
  const started: string[] = [];
  return {
    started,
    waiting: {},
    taken: { warm: 0, cold: 0 },
    warm: async () => {},
    settled: async () => {},
    close: async () => {},
    release: () => {},
    take: async () => {
      let source = '';
      return {
        sandbox: {
          id: 'scripted',
          isAlive: true,
          writeFiles: async ([file]) => void (source = file!.content.toString()),
          run: (_, output) => {
            started.push(source);
            return runScript(source.split('\n'), output);
          },
          prestart: () => {
            throw new Error('scripts are not started ahead');
          },
          close: async () => {},
        },
      };
    },
  };
}

/** The language of the scripts. */
export const scriptRuntime: LanguageRuntime = {
  language: 'script',
  version: '1.0.0',
  rootfs: { id: 'none', mounts: [] } as unknown as LanguageRuntime['rootfs'],
  sourceFile: 'main.script',
  run: ['script', '{source}'],
  limits: defaultLimits,
};

function runScript(lines: readonly string[], output: CommandOutput): RunningCommand {
  const usage = { wallMs: 1, cpuMs: 1, peakMemoryBytes: 1, stdoutBytes: 0, stderrBytes: 0 };
  const cancelled = deferred();
  const closed = deferred();
  let isCancelled = false;
  const early: Buffer[] = [];
  let take = (data: Buffer): void => void early.push(data);
  const run = async (): Promise<CommandEnd> => {
    for (const line of lines) {
      const [word, rest = ''] = [line.split(' ')[0], line.slice(line.indexOf(' ') + 1)];
      await new Promise((resolve) => setImmediate(resolve));
      if (isCancelled) break;
      if (word === 'print') output.stdout(Buffer.from(`${rest}\n`));
      if (word === 'echo') {
        for (const data of early) output.stdout(data);
        take = (data) => output.stdout(data);
        await Promise.race([closed.promise, cancelled.promise]);
      }
      if (word === 'sleep')
        await Promise.race([new Promise((done) => setTimeout(done, Number(rest))), cancelled.promise]);
      if (word === 'wait') await cancelled.promise;
      if (word === 'break') return { reason: 'sandboxError', message: 'the script breaks its sandbox', usage };
      if (word === 'exit') return { reason: 'ok', exitCode: Number(rest), usage };
    }
    return isCancelled ? { reason: 'cancelled', usage } : { reason: 'ok', exitCode: 0, usage };
  };
  return {
    writeStdin: async (data) => take(data),
    closeStdin: () => closed.resolve(),
    signal: (name) => output.stdout(Buffer.from(`${name}\n`)),
    cancel: () => {
      isCancelled = true;
      cancelled.resolve();
    },
    ended: run(),
  };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
