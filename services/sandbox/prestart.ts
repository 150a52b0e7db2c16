import type { LanguageRuntime, PrestartKind } from './language-runtime';
import { encodeStrings } from './frames';
import { SANDBOX_DIRECTORY } from './mounts';

/** How an interpreter is started so that it waits, loaded, and how it is told of its job. */
export interface Prestart {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it reads from descriptor 3. */
  readonly job: (sourceFile: string, args: readonly string[]) => Buffer;
  /** Whether a job's first file may have another name than the language's. */
  readonly anySourceFile: boolean;
}

/**
 * Each kind uses a hook that the interpreter itself runs during its start: it waits there, then goes on by itself. So the
 * program is read and run by the interpreter's own code, and sees what it would see in a plain run.
 */
const kinds: Readonly<
  Record<PrestartKind, (runtime: LanguageRuntime, env: Readonly<Record<string, string>>) => Prestart>
> = {
  python: (runtime, env) => ({
    argv: named(runtime.run, runtime.sourceFile),
    env: {
      ...env,
      PYTHONPATH: [SANDBOX_DIRECTORY, env.PYTHONPATH].filter(Boolean).join(':'),
      SANDPIPER_WAIT: '1',
    },
    job: (_, args) => encodeStrings(args),
    anySourceFile: false,
  }),
  node: (runtime, env) => ({
    argv: named(runtime.run, runtime.sourceFile),
    env: {
      ...env,
      NODE_OPTIONS: [`--require=${SANDBOX_DIRECTORY}/node.js`, env.NODE_OPTIONS].filter(Boolean).join(' '),
    },
    job: (_, args) => Buffer.from(JSON.stringify({ args, nodeOptions: env.NODE_OPTIONS ?? null })),
    anySourceFile: false,
  }),
  java: (runtime, env) => ({
    argv: runtime.run.flatMap((part) =>
      part === '{source}'
        ? ['--add-exports=jdk.compiler/com.sun.tools.javac.launcher=ALL-UNNAMED', `${SANDBOX_DIRECTORY}/Prestart.java`]
        : [part],
    ),
    env,
    job: (sourceFile, args) => lengthPrefixed([sourceFile, ...args]),
    anySourceFile: true,
  }),
};

/** @param env the whole environment of the job; undefined is returned where the language has no prestart */
export function prestartOf(runtime: LanguageRuntime, env: Readonly<Record<string, string>>): Prestart | undefined {
  return runtime.prestart && runtime.compile === undefined ? kinds[runtime.prestart](runtime, env) : undefined;
}

/**
 * Puts the name of the first file where a command of the catalogue says `{source}`, and the name without its ending where it
 * says `{stem}`.
 */
export function named(command: readonly string[], sourceFile: string): readonly string[] {
  const stem = sourceFile.replace(/\.[^./]*$/, '');
  return command.map((part) => part.replaceAll('{source}', sourceFile).replaceAll('{stem}', stem));
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
