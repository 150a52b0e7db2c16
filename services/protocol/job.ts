import { z } from 'zod';
import { filesConflict } from './file-names';
import {
  MAX_ARG_BYTES,
  MAX_ARGS,
  MAX_FILE_NAME_BYTES,
  MAX_FILES,
  MAX_FILES_BYTES,
  MAX_OPTION_BYTES,
  MAX_OPTIONS,
  MAX_STDIN_BYTES,
  requestedLimitsSchema,
} from './limits';

/** How bytes travel in a JSON string: as UTF-8 text, or as base64 where they are not text. */
export const encodingSchema = z.enum(['utf8', 'base64']);
export type Encoding = z.infer<typeof encodingSchema>;

/**
 * Name of a file in the work directory: relative, with `/` between directories. Names that lead out of it (`..`, a leading
 * `/`), name nothing (empty parts, `.`) or end early (NUL) are refused; all others, odd ones too, are taken as they are.
 */
export const fileNameSchema = z
  .string()
  .min(1)
  .max(MAX_FILE_NAME_BYTES, { error: `has more than ${MAX_FILE_NAME_BYTES} bytes`, abort: true })
  .refine((name) => Buffer.byteLength(name) <= MAX_FILE_NAME_BYTES, `has more than ${MAX_FILE_NAME_BYTES} bytes`)
  .refine((name) => !name.includes('\0'), 'holds a NUL')
  .refine((name) => !name.startsWith('/'), 'is absolute; names are relative to the work directory')
  .refine(
    (name) => name.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'has an empty part, "." or ".." in it',
  );

/** Whether text is base64, of either alphabet, in lines or not. Other characters would be left out in silence. */
export function isBase64(text: string): boolean {
  return !/[^A-Za-z0-9+/_=\s-]/.test(text);
}

/** A file of a job. */
export const jobFileSchema = z
  .strictObject({
    /** @default the source file name of the language, for the first file */
    name: fileNameSchema.optional(),
    content: z.string(),
    /** @default 'utf8' */
    encoding: encodingSchema.optional(),
  })
  .refine(({ content, encoding }) => encoding !== 'base64' || isBase64(content), {
    path: ['content'],
    error: 'is not base64',
  });
export type JobFile = z.infer<typeof jobFileSchema>;

const textWithoutNul = (limit: number) =>
  z
    .string()
    .refine((text) => !text.includes('\0'), 'holds a NUL, which no argument can')
    .refine((text) => Buffer.byteLength(text) <= limit, `has more than ${limit} bytes`);

/** One program to compile (if its language does) and run. */
export const jobSchema = z.strictObject({
  /** The first one is the program; the others lie beside it. */
  files: z
    .array(jobFileSchema)
    .min(1)
    .max(MAX_FILES)
    .refine(
      (files) => files.reduce((sum, file) => sum + Buffer.byteLength(file.content), 0) <= MAX_FILES_BYTES,
      `hold more than ${MAX_FILES_BYTES} bytes together`,
    )
    .refine((files) => files.slice(1).every((file) => file.name !== undefined), 'have no name (only the first may)')
    .superRefine((files, context) => {
      const conflict = filesConflict(files.map(({ name }) => name));
      if (conflict) context.addIssue({ code: 'custom', path: [conflict.index, 'name'], message: conflict.reason });
    }),
  /** Id or alias. */
  language: z.string().min(1).max(64),
  /** Exact version, its leading parts, a semver range or `*`. @default '*' */
  version: z.string().max(64).optional(),
  /** What standard input begins with. */
  stdin: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= MAX_STDIN_BYTES, `has more than ${MAX_STDIN_BYTES} bytes`)
    .optional(),
  /** @default 'utf8' */
  stdinEncoding: encodingSchema.optional(),
  /** Whether standard input stays open after `stdin`, for more to come. @default false */
  stdinOpen: z.boolean().optional(),
  args: z.array(textWithoutNul(MAX_ARG_BYTES)).max(MAX_ARGS).optional(),
  /** Options for the compiler, such as `-O2`, of those that the language allows (`GET /v1/languages`). */
  compileOptions: z.array(textWithoutNul(MAX_OPTION_BYTES)).max(MAX_OPTIONS).optional(),
  /** Options for the interpreter, or for what starts the program, of those that the language allows. */
  runOptions: z.array(textWithoutNul(MAX_OPTION_BYTES)).max(MAX_OPTIONS).optional(),
  /** How output events carry bytes. With `utf8` what is not UTF-8 becomes U+FFFD. @default 'utf8' */
  outputEncoding: encodingSchema.optional(),
  /** Lower limits than the language's. */
  limits: requestedLimitsSchema.optional(),
});
export type Job = z.infer<typeof jobSchema>;
