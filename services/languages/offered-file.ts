import * as fs from 'node:fs';
import { z } from 'zod';
import { firstIssue } from '../protocol/first-issue';
import type { PresentVersion } from './host-toolchains';
import { languageSchema, versionName } from './schema';

const offeredFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  languages: z.array(languageSchema),
  /** What is offered of them; the first of a language is its default. */
  offered: z.array(
    z.strictObject({
      language: z.string(),
      /** Of the language's entry, such as `3.11`, with its variant. */
      version: z.string(),
      /** What the toolchain says of itself, such as `3.11.2`. */
      exactVersion: z.string(),
    }),
  ),
});

/** The file does not hold what `./sandpiper languages --save` writes. */
export class InvalidOfferedFileError extends Error {
  constructor(file: string, reason: string) {
    super(`${file}: ${reason}; write it again with ./sandpiper languages --save`);
    this.name = 'InvalidOfferedFileError';
  }
}

/**
 * Writes what some machine can run, for programs on machines that need not ask: a gateway has no toolchains, and runners of a
 * fleet start faster without.
 */
export function writeOfferedFile(file: string, present: readonly PresentVersion[]): void {
  const content: z.infer<typeof offeredFileSchema> = {
    schemaVersion: 1,
    languages: [...new Set(present.map(({ language }) => language))],
    offered: present.map(({ language, version, exactVersion }) => {
      return { language: language.id, version: versionName(version), exactVersion };
    }),
  };
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, `${JSON.stringify(content, null, 1)}\n`);
  fs.renameSync(temporary, file);
}

/** @throws InvalidOfferedFileError naming what is wrong */
export function readOfferedFile(file: string): readonly PresentVersion[] {
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InvalidOfferedFileError(file, (error as Error).message);
  }
  const parsed = offeredFileSchema.safeParse(value);
  if (!parsed.success) throw new InvalidOfferedFileError(file, firstIssue(parsed.error));
  const { languages, offered } = parsed.data;
  return offered.map(({ language: id, version: entry, exactVersion }) => {
    const language = languages.find((one) => one.id === id);
    const version = language?.versions.find((one) => versionName(one) === entry);
    if (!language || !version) throw new InvalidOfferedFileError(file, `${id} ${entry} is offered but not described`);
    return { language, version, exactVersion };
  });
}
