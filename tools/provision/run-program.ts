import { spawn } from 'node:child_process';

/** How a program ended that was run for its effect. */
export interface ProgramRun {
  /** False when it could not be started too. */
  readonly succeeded: boolean;
  readonly stdout: string;
  /** What it printed on stderr, or why it could not be started. */
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  /** @default this process's */
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads from its standard input. @default nothing */
  readonly input?: string;
  /** Called with each line of stdout, stderr and (where `status` is set) file descriptor 3. */
  readonly onLine?: (line: string) => void;
  /** Whether file descriptor 3 is a pipe, for programs that report their progress there. @default false */
  readonly status?: boolean;
}

/** Runs a program without blocking this process, so that progress can be told meanwhile. Never throws. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env = process.env, input, onLine, status = false }: ProgramOptions = {},
): Promise<ProgramRun> {
  return new Promise((resolve) => {
    const stdio = ['pipe', 'pipe', 'pipe', ...(status ? ['pipe' as const] : [])] as const;
    const child = spawn(program, args, { cwd, env, stdio: [...stdio] });
    const texts = { stdout: '', stderr: '' };
    const read = (stream: NodeJS.ReadableStream, keep: (text: string) => void) => {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        keep(text);
        const lines = (rest + text).split('\n');
        rest = lines.pop()!;
        lines.forEach((line) => onLine?.(line));
      });
    };
    read(child.stdout!, (text) => (texts.stdout += text));
    read(child.stderr!, (text) => (texts.stderr += text));
    if (status) read(child.stdio[3] as NodeJS.ReadableStream, () => undefined);
    child.stdin!.on('error', () => undefined);
    child.stdin!.end(input);
    child.on('error', ({ message }) => resolve({ succeeded: false, stdout: '', stderr: message }));
    child.on('close', (code) => resolve({ succeeded: code === 0, ...texts }));
  });
}
