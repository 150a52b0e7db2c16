import type { LanguageRuntime, PrestartKind } from './language-runtime';
import { encodeStrings } from './frames';
import { filledCommand, sourcesOf, type CommandVariables } from './job-command';
import { SANDBOX_DIRECTORY } from './mounts';

/** How an interpreter is started so that it waits, loaded, and how it is told of its job. */
export interface Prestart {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it reads from descriptor 3. */
  readonly job: (variables: CommandVariables, args: readonly string[]) => Buffer;
  /** Whether a job's first file may have another name than the language's. */
  readonly anySourceFile: boolean;
}

type Environment = Readonly<Record<string, string>>;

/**
 * Each kind uses a hook that the interpreter itself runs during its start: it waits there, then goes on by itself. So the
 * program is read and run by the interpreter's own code, and sees what it would see in a plain run.
 */
const kinds: Readonly<Record<PrestartKind, (argv: readonly string[], env: Environment) => Prestart>> = {
  python: (argv, env) => ({
    argv,
    env: {
      ...env,
      PYTHONPATH: [SANDBOX_DIRECTORY, env.PYTHONPATH].filter(Boolean).join(':'),
      SANDPIPER_WAIT: '1',
    },
    job: (_, args) => encodeStrings(args),
    anySourceFile: false,
  }),
  node: (argv, env) => ({
    argv,
    env: {
      ...env,
      NODE_OPTIONS: [`--require=${SANDBOX_DIRECTORY}/node.js`, env.NODE_OPTIONS].filter(Boolean).join(' '),
      SANDPIPER_WAIT: '1',
    },
    job: (_, args) => Buffer.from(JSON.stringify({ args, nodeOptions: env.NODE_OPTIONS ?? null })),
    anySourceFile: false,
  }),
  java: (argv, env) => ({
    // Without files and arguments it waits.
    argv: argv.slice(0, argv.indexOf(JAVA_LAUNCH) + 1),
    env,
    job: (variables, args) => lengthPrefixed([...sourcesOf(variables), '--', ...args]),
    anySourceFile: true,
  }),
};
const JAVA_LAUNCH = `${SANDBOX_DIRECTORY}/Launch.java`;

/**
 * @param env the whole environment of the job
 * @param memoryBytes what the run may use
 * @returns undefined where the language has no prestart
 */
export function prestartOf(runtime: LanguageRuntime, env: Environment, memoryBytes: number): Prestart | undefined {
  if (runtime.prestart === undefined || runtime.compile !== undefined) return undefined;
  const { sourceFile } = runtime;
  return kinds[runtime.prestart](filledCommand(runtime.run, { sourceFile, files: [sourceFile], memoryBytes }), env);
}

/** As Java's DataInputStream reads it: big endian counts. */
function lengthPrefixed(texts: readonly string[]): Buffer {
  const count = (number: number): Buffer => {
    const buffer = Buffer.alloc(4);
    buffer.writeInt32BE(number);
    return buffer;
  };
  return Buffer.concat([
    count(texts.length),
    ...texts.flatMap((text) => [count(Buffer.byteLength(text)), Buffer.from(text)]),
  ]);
}
