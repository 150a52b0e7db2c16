import { spawn, type ChildProcess } from 'node:child_process';
import { endProcess } from './end-process';

/** A server in Java that the tests started. */
export interface JavaServer {
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Java program and waits until it answers. @throws Error with what it said when it ends before */
export async function startJavaServer(args: readonly string[], answers: () => Promise<boolean>): Promise<JavaServer> {
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const started = spawn('java', ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/tmp',
    });
    child = started;
    let said = '';
    for (const stream of [started.stdout!, started.stderr!]) {
      stream.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-4_000)));
    }
    while (!(await answers())) {
      if (started.exitCode !== null) throw new Error(`java ended with ${started.exitCode}: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const kill = async (): Promise<void> => {
    if (child) await endProcess(child, 'SIGKILL');
  };
  await start();
  return { start, kill, stop: kill };
}
