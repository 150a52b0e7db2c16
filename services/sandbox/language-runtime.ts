import type { JobLimits } from '../protocol/limits';
import type { Rootfs } from './rootfs';

/** Interpreters that may wait, loaded, for a job. */
export type PrestartKind = 'python' | 'node' | 'java';

/** One version of a language, resolved to what a sandbox needs to run it. */
export interface LanguageRuntime {
  /** Such as `python`. */
  readonly language: string;
  /** The toolchain's own number, such as `3.11.2`. */
  readonly version: string;
  readonly rootfs: Rootfs;
  /** Name of the first file of a job that gives it none. */
  readonly sourceFile: string;
  /** Program and arguments; `{source}` stands for the name of the first file. Absent: nothing to compile. */
  readonly compile?: readonly string[];
  /** As `compile`; the job's arguments come after. */
  readonly run: readonly string[];
  /** Files that lie beside the job's, unless it brings one of the name. @default none */
  readonly files?: readonly { readonly name: string; readonly content: string }[];
  /** Beside PATH, HOME and LANG. */
  readonly env?: Readonly<Record<string, string>>;
  /** The interpreter of `run` may be started ahead. @default none: the sandbox alone waits */
  readonly prestart?: PrestartKind;
  readonly limits: JobLimits;
}
