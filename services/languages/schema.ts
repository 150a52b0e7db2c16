import { z } from 'zod';

/** A program and its arguments. `{source}` stands for the name of the job's first file, `{stem}` for it without its ending. */
const commandSchema = z
  .array(z.string())
  .min(1)
  .describe('Program and arguments; {source} is the name of the first file, {stem} the same without its ending');

const imagePrestartSchema = z
  .literal(false)
  .describe('The interpreter cannot wait inside the image, though that of the host can');

const npmToolchainSchema = z.strictObject({
  package: z.string().describe('npm package that holds the toolchain'),
  version: z.string().describe('Exact version of the package'),
  mount: z
    .string()
    .regex(/^\/opt\/toolchains\/[a-z0-9.-]+$/)
    .describe('Where a sandbox sees it, read-only'),
});

const hostSchema = z.strictObject({
  probe: commandSchema.describe('Prints the version of a local toolchain; fails where there is none'),
  debian: z.array(z.string()).min(1).optional().describe('Debian 12 packages that hold it'),
  npm: z.array(npmToolchainSchema).min(1).optional().describe('npm packages that hold it'),
});

const versionSchema = z.strictObject({
  version: z
    .string()
    .regex(/^\d+(\.\d+)*$/)
    .describe('Leading parts of the version numbers that this entry gives'),
  image: z.string().optional().describe('OCI image that holds the toolchain'),
  host: hostSchema,
  compile: commandSchema.optional().describe('In place of the compile command of the language'),
  run: commandSchema.optional().describe('In place of the run command of the language'),
  imageCompile: commandSchema.optional().describe('Compile command inside the OCI image, where its paths differ'),
  imageRun: commandSchema.optional().describe('Run command inside the OCI image, where its paths differ'),
  prestart: z
    .literal(false)
    .optional()
    .describe('The interpreter of this version cannot wait, though others of the language can'),
  imagePrestart: imagePrestartSchema.optional(),
});

/** Limits that a language needs in place of the defaults of services/protocol/limits.ts. */
const limitsSchema = z.strictObject({
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

const testsSchema = z.strictObject({
  hello: z.string().describe('Prints "Hello, world!"'),
  stdin: z.string().describe('Reads a name from standard input and prints "Hello, <name>!"'),
  args: z.string().describe('Prints each argument on a line'),
  exitCode: z.string().describe('Ends with exit code 7 and prints nothing'),
  runtimeError: failureSchema,
  compileError: failureSchema.describe('A program that the compiler or interpreter refuses'),
  utf8: z.string().describe('Prints "Žluťoučký kůň 🐎"'),
  version: z.string().describe('Prints the version of its own toolchain'),
  live: z
    .string()
    .optional()
    .describe('Asks "Name? ", reads a name, prints "Hello, <name>!" and never ends; absent where a program cannot'),
});

/** One file of `languages/`: everything the playground knows about a language. */
export const languageSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .describe('Equal to the name of the file'),
  name: z.string().min(1),
  aliases: z.array(z.string()),
  highlight: z.string().describe('Highlight mode of the editor'),
  source: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/)
    .describe('Name of the source file where a job gives none'),
  versions: z.array(versionSchema).min(1).describe('Newest first; the first that is present is the default'),
  compile: commandSchema.optional(),
  run: commandSchema.optional(),
  imageCompile: commandSchema.optional(),
  imageRun: commandSchema.optional(),
  prestart: z.enum(['python', 'node', 'java']).optional().describe('Interpreter that may wait, loaded, for a job'),
  imagePrestart: imagePrestartSchema.optional(),
  env: z.record(z.string(), z.string()).optional(),
  limits: limitsSchema.optional(),
  tests: testsSchema,
});

export type Language = z.infer<typeof languageSchema>;
export type LanguageVersion = Language['versions'][number];
export type NpmToolchain = z.infer<typeof npmToolchainSchema>;
