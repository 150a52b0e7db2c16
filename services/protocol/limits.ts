import { z } from 'zod';

const MEBIBYTE = 1024 * 1024;

/**
 * What one stage of a job (compile or run) may use. Everything is enforced by the runner's host or by the kernel of the
 * sandbox, never by the program itself.
 */
export interface StageLimits {
  /** Time on the clock. */
  readonly wallMs: number;
  /** Processor time of all processes of the stage together. */
  readonly cpuMs: number;
  /** Memory of all processes, with what lies in `/work`, `/tmp` and `/dev/shm`. */
  readonly memoryBytes: number;
  /** Processes and threads alive at once. */
  readonly processes: number;
  /** Open file descriptors of one process. */
  readonly openFiles: number;
  /** Size of one file. */
  readonly fileBytes: number;
  /** Bytes on standard output and on standard error, each. What comes after is cut, and the stage ends. */
  readonly outputBytes: number;
}

/** What a whole job may use: two stages, and one work directory for both. */
export interface JobLimits {
  readonly compile: StageLimits;
  readonly run: StageLimits;
  /** Bytes in `/work`, and again as many in `/tmp`. */
  readonly workBytes: number;
  /** Files and directories in `/work`, and again as many in `/tmp`. */
  readonly workInodes: number;
}

/** Long enough for what a reader waits for; a slot that is held longer is a slot that nobody else has. */
export const RUN_WALL_MS = 10_000;
/** Less than the wall time on one processor, so that a spinning program is told from a sleeping one. */
export const RUN_CPU_MS = 8_000;
/** Interpreters with their libraries stay below 100 MiB; virtual machines ask for more in their language's file. */
export const RUN_MEMORY_BYTES = 256 * MEBIBYTE;
/** V8 and the Java virtual machine start about 20 threads each before the program's first. */
export const RUN_PROCESSES = 64;
/** What a program meets on many systems (1024 there), less because every descriptor is memory of the host's kernel. */
export const OPEN_FILES = 256;
/** A file of the work directory may fill it, no more. */
export const FILE_BYTES = 64 * MEBIBYTE;
/** A page that shows more is not read, and events are kept in memory until they expire. */
export const OUTPUT_BYTES = MEBIBYTE;
/** Compilers of big languages (Scala, Haskell, C++ templates) take seconds on one processor. */
export const COMPILE_WALL_MS = 30_000;
export const COMPILE_CPU_MS = 25_000;
/** The largest of the catalogue's compilers stay below this on programs of one file. */
export const COMPILE_MEMORY_BYTES = 512 * MEBIBYTE;
/** Build tools start a compiler for each processor, and those are threaded. */
export const COMPILE_PROCESSES = 128;
/** Objects, caches and the program itself; all of it is memory of the host. */
export const WORK_BYTES = 64 * MEBIBYTE;
/** Build caches hold hundreds of files; each inode is about 1 KiB of the host's kernel. */
export const WORK_INODES = 4096;

/** What a job has that asks for nothing, in a language that asks for nothing. */
export const defaultLimits: JobLimits = {
  compile: {
    wallMs: COMPILE_WALL_MS,
    cpuMs: COMPILE_CPU_MS,
    memoryBytes: COMPILE_MEMORY_BYTES,
    processes: COMPILE_PROCESSES,
    openFiles: OPEN_FILES,
    fileBytes: FILE_BYTES,
    outputBytes: OUTPUT_BYTES,
  },
  run: {
    wallMs: RUN_WALL_MS,
    cpuMs: RUN_CPU_MS,
    memoryBytes: RUN_MEMORY_BYTES,
    processes: RUN_PROCESSES,
    openFiles: OPEN_FILES,
    fileBytes: FILE_BYTES,
    outputBytes: OUTPUT_BYTES,
  },
  workBytes: WORK_BYTES,
  workInodes: WORK_INODES,
};

/** All files of a job together, before compression: what a queue message of 256 KiB holds of ordinary source text. */
export const MAX_FILES_BYTES = MEBIBYTE;
/** Files of one job. */
export const MAX_FILES = 64;
/** Bytes of a file's name with its directories; below the 255 of one name and the 4096 of a path on Linux. */
export const MAX_FILE_NAME_BYTES = 240;
/** Arguments of one job. */
export const MAX_ARGS = 256;
/** Bytes of one argument: below the 128 KiB that Linux allows (MAX_ARG_STRLEN). */
export const MAX_ARG_BYTES = 65_536;
/** Options of a job for its compiler, and as many for its interpreter. */
export const MAX_OPTIONS = 32;
/** Bytes of one option. */
export const MAX_OPTION_BYTES = 256;
/** Standard input that travels with the job; more can be sent while it runs. */
export const MAX_STDIN_BYTES = MEBIBYTE;

export const stageLimitsSchema = z.strictObject({
  wallMs: z.int().min(1),
  cpuMs: z.int().min(1),
  memoryBytes: z.int().min(4 * MEBIBYTE),
  processes: z.int().min(1),
  openFiles: z.int().min(16),
  fileBytes: z.int().min(0),
  outputBytes: z.int().min(0),
});

/** Limits that a job asks for; what it leaves out is its language's. A runner grants no more than it is set up to. */
export const requestedLimitsSchema = z.strictObject({
  compile: stageLimitsSchema.partial().optional(),
  run: stageLimitsSchema.partial().optional(),
  workBytes: z.int().min(65_536).optional(),
  workInodes: z.int().min(16).optional(),
});

export type RequestedLimits = z.infer<typeof requestedLimitsSchema>;

/**
 * The limits of a job: the language's, lowered (never raised) to what the job asks for.
 *
 * @param granted what the language and the runner allow
 */
export function narrowLimits(granted: JobLimits, requested: RequestedLimits = {}): JobLimits {
  return {
    compile: narrowStage(granted.compile, requested.compile),
    run: narrowStage(granted.run, requested.run),
    workBytes: Math.min(granted.workBytes, requested.workBytes ?? Infinity),
    workInodes: Math.min(granted.workInodes, requested.workInodes ?? Infinity),
  };
}

/**
 * Lowers the time of a job's stages so that together they take at most `maximumMs`. Where they would take longer, each stage keeps its
 * share.
 *
 * @param isCompiled whether the job has a compile stage
 */
export function limitTime(limits: JobLimits, maximumMs: number, isCompiled: boolean): JobLimits {
  const togetherMs = limits.run.wallMs + (isCompiled ? limits.compile.wallMs : 0);
  if (togetherMs <= maximumMs) return limits;
  const lowered = (stage: StageLimits): StageLimits => {
    const wallMs = Math.max(1, Math.floor((stage.wallMs * maximumMs) / togetherMs));
    return { ...stage, wallMs };
  };
  return { ...limits, compile: isCompiled ? lowered(limits.compile) : limits.compile, run: lowered(limits.run) };
}

function narrowStage(granted: StageLimits, requested: Partial<StageLimits> = {}): StageLimits {
  const entries = Object.entries(granted) as [keyof StageLimits, number][];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Math.min(value, requested[name] ?? Infinity)]),
  ) as unknown as StageLimits;
}
