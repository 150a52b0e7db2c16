import { spawn } from 'node:child_process';
import * as net from 'node:net';
import * as path from 'node:path';
import { encodeNumbers, encodeStrings } from './frames';

/** The program that starts runtimes (services/sandbox/launcher/launcher.c). */
export interface Launcher {
  /** Makes a process that waits in the given cgroups, and resolves with the connection to it. */
  connect(procsFiles: readonly string[]): Promise<net.Socket>;
  /** Runs a runtime's command beside its sandboxes, such as `delete`. @returns what it printed */
  call(argv: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** The kernel's limit for the path of a socket. */
const MAX_SOCKET_PATH_BYTES = 107;
/** `delete --force` of a running sandbox takes a tenth of a second. */
const CALL_TIMEOUT_MS = 10_000;

export interface LauncherProps {
  readonly program: string;
  /** Where its socket is. */
  readonly directory: string;
  /** A runtime's program that would else copy itself at each start. @default none */
  readonly sealed?: string;
  /** Mount point that runtimes shall not see (crun and hybrid hosts). @default none */
  readonly leftOut?: string;
  /** File of the system call filter for sandboxes that the launcher makes itself. @default none - it makes none */
  readonly filter?: string;
}

/** @throws Error with the launcher's own words */
export async function startLauncher(props: LauncherProps): Promise<Launcher> {
  const { program, directory, sealed = '', leftOut = '', filter = '' } = props;
  const socketPath = path.join(directory, 'launcher');
  if (Buffer.byteLength(socketPath) > MAX_SOCKET_PATH_BYTES) throw new Error(`${socketPath} is too long for a socket`);
  // Without root crun would look for newuidmap, which wants /etc/subuid and complains where the runner expects frames; a
  // sandbox maps one user, for which the kernel asks no helper.
  const isRoot = process.getuid?.() === 0;
  const child = spawn(program, [socketPath, sealed, leftOut, filter], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: isRoot ? process.env : { ...process.env, PATH: '/nonexistent' },
  });
  let problem = '';
  child.stderr.on('data', (chunk: Buffer) => (problem += chunk.toString()));
  child.stdin.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', () => resolve());
    child.once('close', (code) => reject(new Error(problem.trim() || `launcher ended with exit code ${code}`)));
  });
  // It lives as long as this process, which need not wait for it.
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as net.Socket).unref();
  return {
    connect: (procsFiles) => connect(socketPath, procsFiles),
    call: async (argv) => {
      const socket = await connect(socketPath, []);
      return new Promise((resolve) => {
        let output = '';
        const timer = setTimeout(() => socket.destroy(), CALL_TIMEOUT_MS);
        socket.on('data', (chunk: Buffer) => (output += chunk.toString()));
        socket.once('end', () => socket.end());
        socket.once('close', () => {
          clearTimeout(timer);
          resolve(output);
        });
        socket.write(launcherMessage(argv));
      });
    },
    close: () => {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
      child.ref();
      child.stdin.end();
      child.stdout.destroy();
      child.stderr.destroy();
      return gone;
    },
  };
}

function connect(socketPath: string, procsFiles: readonly string[]): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path: socketPath, allowHalfOpen: true });
    const refuse = (problem: string): void => {
      socket.destroy();
      reject(new Error(problem));
    };
    socket.on('error', (error) => refuse(`launcher: ${error.message}`));
    socket.once('connect', () => socket.write(launcherMessage(procsFiles)));
    socket.once('end', () => refuse('launcher: closed the connection'));
    socket.once('data', (answer: Buffer) => {
      if (answer.toString('latin1') !== 'c') return refuse(answer.toString().trim());
      socket.removeAllListeners();
      socket.pause();
      // Until its user listens: an idle process may be ended at any time.
      socket.on('error', () => undefined);
      return resolve(socket);
    });
  });
}

/** Strings behind their length, as the launcher reads them. */
export function launcherMessage(strings: readonly string[]): Buffer {
  const payload = encodeStrings(strings);
  return Buffer.concat([encodeNumbers(payload.length), payload]);
}
