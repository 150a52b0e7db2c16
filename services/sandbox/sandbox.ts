import * as os from 'node:os';
import type { Socket } from 'node:net';
import type { StageLimits } from '../protocol/limits';
import type { Cgroup, CgroupLimits } from './cgroup';
import type { Command, CommandOutput, RunningCommand, WaitingCommand } from './command';
import { watchExecution, type Execution, type InitEnd } from './execution';
import { encodeFrame, encodeNumbers, encodeStrings, frameReader, fromInit, toInit, type Frame } from './frames';
import { WORK_DIRECTORY } from './mounts';
import type { Runtime } from './runtime';
import { errnoName, signalName } from './system-names';

/** A file that is put into the work directory before a command runs. */
export interface SandboxFile {
  /** Relative to the work directory; services/protocol/job.ts says which names are allowed. */
  readonly name: string;
  readonly content: Buffer;
}

/** A file that no sandbox would take: its name is taken, or the disk is full. */
export class FileRefusedError extends Error {
  readonly isDiskFull: boolean;
  constructor(name: string, errno: number) {
    super(`file ${JSON.stringify(name)}: ${errnoName(errno)}`);
    this.name = 'FileRefusedError';
    this.isDiskFull = [os.constants.errno.ENOSPC, os.constants.errno.EDQUOT].includes(errno);
  }
}

/** One single-use sandbox: it serves one job, whose commands run one after the other. */
export interface Sandbox {
  readonly id: string;
  /**
   * @param limits of the command that comes next: they are set meanwhile
   * @throws FileRefusedError naming a file that could not be written (the name is taken twice, or the disk limit is met), Error when the sandbox ended
   */
  writeFiles(files: readonly SandboxFile[], limits?: StageLimits): Promise<void>;
  run(command: Command, output: CommandOutput): RunningCommand;
  /** Starts an interpreter that waits, with descriptor 3 open for its job. */
  prestart(command: Command): WaitingCommand;
  /** Whether the sandbox still answers. */
  readonly isAlive: boolean;
  /** Ends every process and removes every trace. Never rejects. */
  close(): Promise<void>;
}

/** What a sandbox is made of, once its runtime is on the way. */
export interface SandboxParts {
  readonly id: string;
  readonly socket: Socket;
  /** Absent where the host has none to give (without root). */
  readonly cgroup?: Cgroup;
  readonly runtime: Runtime;
  readonly cpus: number;
  /** Removes what the runtime left, by id. Called once the connection is closed, or when it does not close by itself. */
  readonly cleanUp: (isStuck: boolean, initPid: number | undefined) => Promise<void>;
}

/** A sandbox whose init has not answered by then has failed. Generous: gVisor on a loaded machine takes 2 s. */
const START_TIMEOUT_MS = 20_000;
/** After its connection is closed a sandbox ends by itself; one that does not is ended from outside. */
const CLOSE_TIMEOUT_MS = 2_000;
const GATE_FLAG = 1;
/** The init takes a file in parts of this size. */
const FILE_CHUNK_BYTES = 1 << 20;
const UNLIMITED = 0xffffffff;

/** Resolves once the init of a starting sandbox answers. @throws Error with the runtime's own words when it does not */
export async function openSandbox(parts: SandboxParts): Promise<Sandbox> {
  const { id, socket, cgroup, runtime, cpus } = parts;
  let onFrame: (frame: Frame) => void = () => undefined;
  let onLost: (reason: string) => void = () => undefined;
  let isAlive = true;
  let execution: Execution | undefined;
  let initPid: number | undefined;
  let fileWritten: ((errno: number) => void) | undefined;

  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const lose = (reason: string): void => {
    if (!isAlive) return;
    isAlive = false;
    onLost(reason);
  };
  const read = frameReader((frame) => onFrame(frame));
  socket.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      lose((error as Error).message);
      socket.destroy();
    }
  });
  socket.on('end', () => lose('the sandbox ended'));
  socket.on('error', (error) => lose(error.message));
  const send = (type: string, payload?: Buffer): void => {
    if (isAlive && socket.writable) socket.write(encodeFrame(type, payload));
  };

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      lose('it was ended from outside');
      socket.end();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(true), CLOSE_TIMEOUT_MS)));
      const isStuck = await Promise.race([closed.then(() => false), late]);
      clearTimeout(timer);
      await parts.cleanUp(isStuck, initPid);
      socket.destroy();
    })());

  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${START_TIMEOUT_MS} ms`)), START_TIMEOUT_MS);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        act();
      };
      onFrame = (frame) => {
        if (frame.type === fromInit.ready) settle(resolve);
        else if (frame.type === fromInit.spawned) initPid = frame.payload.readUInt32LE(0);
      };
      onLost = (reason) => settle(() => reject(new Error(reason)));
      socket.resume();
    });
  } catch (error) {
    await close();
    throw new Error(`${runtime.name}: ${(error as Error).message}`, { cause: error });
  }

  onFrame = ({ type, payload }) => {
    if (type === fromInit.stdout) execution?.stdout(payload);
    else if (type === fromInit.stderr) execution?.stderr(payload);
    else if (type === fromInit.acknowledged) execution?.acknowledge(payload.readUInt32LE(0));
    else if (type === fromInit.ended) execution?.ended(initEnd(payload));
    else if (type === fromInit.notStarted) execution?.notStarted(payload.readUInt32LE(0));
    else if (type === fromInit.fileWritten) fileWritten?.(payload.readUInt32LE(0));
  };
  onLost = (reason) => {
    execution?.lost(reason);
    fileWritten?.(os.constants.errno.EPIPE);
  };

  const groupLimits = (command: Pick<Command, 'limits'>): CgroupLimits => ({
    memoryBytes: command.limits.memoryBytes + runtime.ownMemoryBytes,
    processes: command.limits.processes * runtime.processesPerJobProcess + runtime.ownProcesses,
    cpus,
  });
  const setLimitsAhead = (limits: StageLimits): void => {
    try {
      cgroup?.setLimits(groupLimits({ limits }));
    } catch {
      // They are set again, and this is met and told of, when the command starts.
    }
  };
  const begin = (command: Command, flags: number): { readonly begun: Execution; readonly execute: () => void } => {
    if (execution && !execution.isOver) throw new Error('a command runs in this sandbox already');
    const program = command.argv[0]!;
    const begun = watchExecution({ cgroup, groupLimits, runtime, program, send, hardKill: () => void close() });
    execution = begun;
    return {
      begun,
      execute: () => send(toInit.execute, executePayload(command, flags, cgroup !== undefined, runtime)),
    };
  };

  return {
    id,
    get isAlive() {
      return isAlive;
    },
    writeFiles: async (files, limits) => {
      for (const [index, { name, content }] of files.entries()) {
        const written = new Promise<number>((resolve) => (fileWritten = resolve));
        send(toInit.file, Buffer.concat([encodeNumbers(0o644), encodeStrings([name])]));
        for (let at = 0; at < content.length; at += FILE_CHUNK_BYTES)
          send(toInit.write, content.subarray(at, at + FILE_CHUNK_BYTES));
        send(toInit.closeFile);
        if (index === 0 && limits) setLimitsAhead(limits);
        const errno = isAlive ? await written : os.constants.errno.EPIPE;
        if (errno === os.constants.errno.EPIPE) throw new Error(`file ${JSON.stringify(name)}: the sandbox ended`);
        if (errno !== 0) throw new FileRefusedError(name, errno);
      }
    },
    run: (command, output) => {
      const { begun, execute } = begin(command, 0);
      // The limits first: a program that starts before them may have outgrown them already.
      const running = begun.start(command.limits, output);
      execute();
      return running;
    },
    prestart: (command) => {
      cgroup?.setLimits(groupLimits(command));
      const { begun, execute } = begin(command, GATE_FLAG);
      execute();
      return {
        get isWaiting() {
          return !begun.isSpent;
        },
        release: (job, limits, output) => {
          const running = begun.start(limits, output);
          send(toInit.gate, job);
          return running;
        },
      };
    },
    close,
  };
}

function executePayload(
  { argv, env, cwd, limits }: Command,
  flags: number,
  hasCgroup: boolean,
  { countsProcessorTime, ownGroups }: Runtime,
): Buffer {
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const fileKibibytes = Math.min(Math.ceil(limits.fileBytes / 1024), UNLIMITED - 1);
  // Beside the host's own account of the processor, which sees all processes together, this one ends each.
  const isCpuLimited = countsProcessorTime || !hasCgroup;
  const cpuSeconds = isCpuLimited ? Math.ceil(limits.cpuMs / 1000) + 1 : UNLIMITED - 1;
  // Where a cgroup of the host's or of the runtime's own kernel counts, it alone does, for it tells when it refused one.
  const processes = ownGroups ? limits.processes : hasCgroup ? UNLIMITED : limits.processes + 1;
  return Buffer.concat([
    encodeNumbers(flags, limits.openFiles, fileKibibytes, cpuSeconds, processes, argv.length, environment.length),
    encodeStrings([cwd ?? WORK_DIRECTORY, ...argv, ...environment]),
  ]);
}

function initEnd(payload: Buffer): InitEnd {
  const signal = payload.readUInt32LE(4);
  return {
    exitCode: signal === 0 ? payload.readUInt32LE(0) : undefined,
    signal: signal === 0 ? undefined : signalName(signal),
    cpuMs: Number(payload.readBigUInt64LE(8)) / 1000,
    maxResidentBytes: payload.readUInt32LE(16) * 1024,
    isDiskFull: payload.readUInt32LE(20) !== 0,
    refusedProcesses: payload.readUInt32LE(24),
  };
}
