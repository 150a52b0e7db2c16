import type { Job } from '../../protocol/job';
import { COMPILE_CPU_MS, COMPILE_WALL_MS, MAX_FILES, RUN_CPU_MS, RUN_WALL_MS } from '../../protocol/limits';

/** A request that Piston's API refuses, with Piston's words. */
export class PistonRequestError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PistonRequestError';
  }
}

type Body = Readonly<Record<string, unknown>>;

/** What a request may ask for at most. Memory has no entry: what is more than the language's own limit is lowered to it. */
const CONFIGURED: Readonly<Record<string, number>> = {
  compile_timeout: COMPILE_WALL_MS,
  run_timeout: RUN_WALL_MS,
  compile_cpu_time: COMPILE_CPU_MS,
  run_cpu_time: RUN_CPU_MS,
};
const CONSTRAINTS = ['memory_limit', 'timeout', 'cpu_time'].flatMap((name) => [`compile_${name}`, `run_${name}`]);
/** The least that a job may ask for (services/protocol/limits.ts). */
const LEAST_MEMORY_BYTES = 4 * 1024 * 1024;

/**
 * The job that a body of `/api/v2/execute`, or an `init` message, asks for. Defaults are Piston's: unnamed files are
 * `file{i}.code`, but for the first, which gets the name that its language's compiler expects (Piston's packages rename it so).
 *
 * @throws PistonRequestError
 */
export function pistonJob(body: unknown): Job {
  if (typeof body !== 'object' || body === null) throw new PistonRequestError('language is required as a string');
  const { language, version, files, args, stdin } = body as Body;
  if (!language || typeof language !== 'string') throw new PistonRequestError('language is required as a string');
  if (!version || typeof version !== 'string') throw new PistonRequestError('version is required as a string');
  if (!Array.isArray(files)) throw new PistonRequestError('files is required as an array');
  if (files.length === 0 || files.length > MAX_FILES) {
    throw new PistonRequestError(`files must hold 1 to ${MAX_FILES} files`);
  }
  if (args !== undefined && !(Array.isArray(args) && args.every((arg) => ['string', 'number'].includes(typeof arg)))) {
    throw new PistonRequestError('if specified, args must be an array of strings');
  }
  if (stdin !== undefined && typeof stdin !== 'string')
    throw new PistonRequestError('if specified, stdin must be a string');
  return {
    language,
    version,
    files: files.map(fileOf),
    args: (args as readonly unknown[] | undefined)?.map(String),
    // As there: standard input ends its last line, and is one empty line where there is none.
    stdin: stdin?.endsWith('\n') ? stdin : `${stdin ?? ''}\n`,
    limits: limitsOf(body as Body),
  };
}

function fileOf(file: unknown, index: number): Job['files'][number] {
  const { name, content, encoding } = (typeof file === 'object' && file !== null ? file : {}) as Body;
  if (typeof content !== 'string') throw new PistonRequestError(`files[${index}].content is required as a string`);
  const named = typeof name === 'string' && name !== '' ? name : index === 0 ? undefined : `file${index}.code`;
  if (encoding === 'base64') return { name: named, content, encoding };
  if (encoding === 'hex')
    return { name: named, content: Buffer.from(content, 'hex').toString('base64'), encoding: 'base64' };
  return { name: named, content };
}

function limitsOf(body: Body): Job['limits'] {
  for (const name of CONSTRAINTS) {
    const value = body[name];
    if (!value) continue;
    if (typeof value !== 'number') throw new PistonRequestError(`If specified, ${name} must be a number`);
    const configured = CONFIGURED[name];
    if (configured === undefined) continue;
    if (value > configured) throw new PistonRequestError(`${name} cannot exceed the configured limit of ${configured}`);
    if (value < 0) throw new PistonRequestError(`${name} must be non-negative`);
  }
  const stage = (type: 'compile' | 'run') => {
    const whole = (name: string, least: number): number | undefined => {
      const value = Number(body[`${type}_${name}`] ?? 0);
      return value > 0 ? Math.max(least, Math.ceil(value)) : undefined;
    };
    const given = {
      wallMs: whole('timeout', 1),
      cpuMs: whole('cpu_time', 1),
      memoryBytes: whole('memory_limit', LEAST_MEMORY_BYTES),
    };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  };
  return { compile: stage('compile'), run: stage('run') };
}
