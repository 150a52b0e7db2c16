import { z } from 'zod';
import { sourceSchema } from './sources';

/**
 * Words in braces that stand for something of the job: the first file, it without its ending, all files of the language, and the
 * memory that the stage may use, in MiB. Every other word in braces is a variable of the language's own file.
 */
export const JOB_VARIABLES: readonly string[] = ['source', 'stem', 'sources', 'memoryMiB', 'options'];

/** A program and its arguments. */
export const commandSchema = z
  .array(z.string())
  .min(1)
  .describe(
    'Program and arguments; {source} is the name of the first file, {stem} the same without its ending, and {tool} the ' +
      'directory of the first package that does not come from Debian',
  );

/** Limits that a language needs in place of the defaults of services/protocol/limits.ts. */
export const limitsSchema = z.strictObject({
  memoryBytes: z.int().positive().optional(),
  processes: z.int().positive().optional(),
  wallMs: z.int().positive().optional(),
  cpuMs: z.int().positive().optional(),
  workBytes: z.int().positive().optional(),
  compileMemoryBytes: z.int().positive().optional(),
  compileWallMs: z.int().positive().optional(),
  compileCpuMs: z.int().positive().optional(),
});

const failureSchema = z.strictObject({
  code: z.string(),
  reason: z.literal('compileError').optional().describe('The compile step fails; absent: the program itself does'),
  exitCode: z.int().min(1).max(255).optional(),
  signal: z
    .string()
    .regex(/^SIG[A-Z]+$/)
    .optional(),
  stdout: z.string().optional().describe('Regular expression that standard output matches'),
  stderr: z.string().optional().describe('Regular expression that standard error matches'),
});

/** The programs of the self-tests. */
export const testsSchema = z.strictObject({
  hello: z.string().describe('Prints "Hello, world!"'),
  stdin: z.string().optional().describe('Reads a name from standard input and prints "Hello, <name>!"'),
  args: z.string().optional().describe('Prints each argument on a line'),
  exitCode: z.string().optional().describe('Ends with exit code 7 and prints nothing'),
  runtimeError: failureSchema.optional(),
  compileError: failureSchema.optional().describe('A program that the compiler or interpreter refuses'),
  utf8: z.string().optional().describe('Prints "Žluťoučký kůň 🐎"'),
  version: z
    .string()
    .optional()
    .describe('Prints the version of its own toolchain; {tool} and the directories of packages are filled in'),
  live: z.string().optional().describe('Asks "Name? ", reads a name, prints "Hello, <name>!" and never ends'),
});

/** The self-tests that a language cannot have, each with its reason. */
export const withoutSchema = z
  .partialRecord(testsSchema.keyof().exclude(['hello']), z.string().min(1))
  .describe('Self-tests that the language cannot have, each with the reason');

/** A file that lies beside the job's, unless the job brings one of the name. */
export const helperFileSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/),
  content: z.string(),
});

/** An OCI image that holds the same version, and its commands where its paths are others. */
export const ociSchema = z.strictObject({
  image: z.string().min(1).describe('Such as docker.io/library/python:3.11-slim-bookworm'),
  compile: commandSchema.optional(),
  run: commandSchema.optional(),
  prestart: z.literal(false).optional().describe('The interpreter cannot wait inside the image'),
});

/** Options that jobs may ask for, as regular expressions of the whole option; they stand where a command says {options}. */
export const optionsSchema = z.strictObject({
  compile: z.array(z.string().min(1)).optional().describe('Of the compile command'),
  run: z.array(z.string().min(1)).optional().describe('Of the run command'),
});

const prestartKindSchema = z.enum(['python', 'node', 'java']);

/** What `for`, `from`, `with` and a language's own fields make of one version: nothing is left to look up. */
export const versionSchema = z.strictObject({
  version: z
    .string()
    .regex(/^\d+(\.\d+)*$/)
    .describe('Leading parts of the version numbers that it gives'),
  variant: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .optional()
    .describe('What tells it from the plain version of the number, such as "clang" in c@19+clang'),
  source: sourceSchema.optional(),
  oci: ociSchema.optional(),
  isCore: z.boolean(),
  probe: commandSchema.optional(),
  compile: commandSchema.optional(),
  run: commandSchema,
  env: z.record(z.string(), z.string()),
  files: z.array(helperFileSchema),
  prestart: prestartKindSchema.optional(),
  limits: limitsSchema,
  tests: testsSchema.partial().describe('In place of those of the language'),
  without: withoutSchema,
});

/** Everything the playground knows about a language. */
export const languageSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  aliases: z.array(z.string()),
  highlight: z.string(),
  source: z.string(),
  isFirst: z.boolean(),
  isHot: z.boolean(),
  options: optionsSchema.optional(),
  versions: z.array(versionSchema).min(1),
  tests: testsSchema,
});

export type Language = z.infer<typeof languageSchema>;
export type LanguageVersion = Language['versions'][number];
export type Tests = z.infer<typeof testsSchema>;
export type HelperFile = z.infer<typeof helperFileSchema>;

/** Names a version in its language: `3.13`, or `3.13+science`. */
export function versionName({ version, variant }: Pick<LanguageVersion, 'version' | 'variant'>): string {
  return variant === undefined ? version : `${version}+${variant}`;
}
