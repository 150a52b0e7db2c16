import { LANGUAGE_ID } from '../../contracts/language-id';
import { z } from 'zod';
import {
  commandSchema,
  helperFileSchema,
  limitsSchema,
  ociSchema,
  optionsSchema,
  testsSchema,
  withoutSchema,
} from './schema';
import { SUITES } from './sources';

/** A number such as 3.10 is not text: YAML reads it as 3.1. */
const word = z.union([z.string().min(1), z.int().transform(String)]).describe('Text, or a whole number');
const words = z.union([z.string(), z.array(z.string()).min(1)]).describe('One package, or a list of them');

const fromSchema = z
  .strictObject({
    debian: z.enum(SUITES).optional().describe('Suite of Debian that is the base. Default: trixie'),
    group: z
      .string()
      .optional()
      .describe('Packages of a group are installed together, as one layer that its languages share. Default: the id'),
    packages: z.array(z.string().min(1)).min(1).optional().describe('Packages of Debian'),
    npm: words.optional().describe('name@1.2.3, with what it depends on'),
  })
  .describe('Where the toolchain comes from: packages of a Debian suite, and directories of npm packages over it');

/** One row of `versions`: a version, or with `for` one for each of some values. */
const rowSchema = z.strictObject({
  for: z
    .union([z.record(z.string(), z.array(word).min(1)), z.array(z.record(z.string(), word)).min(1)])
    .optional()
    .describe('Values of variables, newest first: every combination of some lists, or a list of combinations'),
  version: word.optional().describe('Leading parts of its version number. Default: the first variable of `for`'),
  variant: z.string().optional().describe('What tells it from the plain version of the same number'),
  with: z.record(z.string(), z.string()).optional().describe('Variables beside or in place of those of the language'),
  from: fromSchema.optional(),
  oci: z
    .union([z.string(), ociSchema])
    .optional()
    .describe('OCI image of the same version, for where a registry of images is reached'),
  core: z.literal(true).optional().describe('`./sandpiper test` runs its self-tests each time'),
  probe: commandSchema.optional(),
  compile: z.union([commandSchema, z.literal(false)]).optional(),
  run: commandSchema.optional(),
  prestart: z.literal(false).optional().describe('The interpreter of this version cannot wait, though others can'),
  env: z.record(z.string(), z.string()).optional().describe('Beside those of the language'),
  limits: limitsSchema.optional().describe('Beside those of the language'),
  files: z.array(helperFileSchema).optional(),
  tests: testsSchema.partial().optional().describe('In place of those of the language'),
  without: withoutSchema.optional(),
});

/** One file of `languages/`. */
export const languageFileSchema = z.strictObject({
  id: z.string().regex(LANGUAGE_ID).describe('Equal to the name of the file'),
  name: z.string().min(1),
  aliases: z.array(z.string()),
  highlight: z.string().describe('Highlight mode of the editor'),
  source: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/)
    .describe('Name of the source file where a job gives none'),
  first: z.literal(true).optional().describe('The page shows it at a first visit; one language has it'),
  hot: z.literal(true).optional().describe('Runners start its sandboxes before anyone asks'),
  versions: z.array(rowSchema).min(1).describe('Newest first; the first that is present is the default'),
  with: z.record(z.string(), z.string()).optional().describe('Variables of commands, which rows may set anew'),
  probe: commandSchema.optional().describe('Prints the version of a toolchain of the host; for --host-toolchains'),
  compile: commandSchema.optional(),
  run: commandSchema.optional(),
  prestart: z.enum(['python', 'node', 'java']).optional().describe('Interpreter that may wait, loaded, for a job'),
  env: z.record(z.string(), z.string()).optional(),
  options: optionsSchema.optional().describe('What jobs may add to the commands, where they say {options}'),
  limits: limitsSchema.optional(),
  files: z.array(helperFileSchema).optional().describe('Files that lie beside those of a job'),
  tests: testsSchema,
  without: withoutSchema.optional(),
});

export type LanguageFile = z.infer<typeof languageFileSchema>;
export type VersionRow = LanguageFile['versions'][number];
