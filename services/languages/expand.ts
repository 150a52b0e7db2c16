import { JOB_VARIABLES, versionName, type Language, type LanguageVersion } from './schema';
import type { LanguageFile, VersionRow } from './language-file';
import { firstIssue } from '../protocol/first-issue';
import { directoryPackages, sourceSchema, type Source } from './sources';

type Variables = Readonly<Record<string, string>>;

/**
 * Makes of a language's file what the rest of the playground works with: each row becomes its versions, each variable its value.
 *
 * @throws Error naming the field and the fix
 */
export function expandLanguage(file: LanguageFile): Language {
  const { id, name, aliases, highlight, source, tests } = file;
  const versions = file.versions.flatMap((row, index) =>
    combinations(row.for).map((variables) => {
      try {
        return expandVersion(file, row, variables);
      } catch (error) {
        throw new Error(`versions.${index}: ${(error as Error).message}`, { cause: error });
      }
    }),
  );
  const seen = new Set<string>();
  for (const version of versions) {
    if (seen.has(versionName(version))) throw new Error(`versions: ${versionName(version)} is there twice`);
    seen.add(versionName(version));
  }
  return {
    ...{ id, name, aliases, highlight, source, tests, versions },
    isFirst: file.first ?? false,
    isHot: file.hot ?? false,
    ...(file.options === undefined ? {} : { options: file.options }),
  };
}

function expandVersion(file: LanguageFile, row: VersionRow, loop: Variables): LanguageVersion {
  const source = sourceOf(file, row, loop);
  const variables = variablesOf(file, row, loop, source);
  const command = (what: string, parts: readonly string[] | undefined) => parts?.map(filled(what, variables));
  const version = filled('version', loop)(row.version ?? Object.values(loop)[0] ?? '');
  if (version === '') throw new Error('version: is missing');
  if (!/^\d+(\.\d+)*$/.test(version))
    throw new Error(`version: ${JSON.stringify(version)} must be numbers with points`);
  const run = command('run', row.run ?? file.run);
  if (run === undefined) throw new Error(`run: version ${version} has none`);
  if (source === undefined && row.oci === undefined) throw new Error(`from: version ${version} has none, and no oci`);
  const tests = { ...row.tests };
  const versionTest = tests.version ?? file.tests.version;
  if (versionTest !== undefined) {
    const withDirectories = inTest(versionTest, directoryVariables(source));
    if (withDirectories !== file.tests.version) tests.version = withDirectories;
  }
  const without = { ...file.without, ...row.without };
  for (const test of TESTS) {
    const isThere = (tests[test] ?? file.tests[test]) !== undefined;
    if (isThere === (without[test] !== undefined)) {
      throw new Error(
        `tests.${test}: ${isThere ? 'is there, and stands in `without`' : 'is missing; `without` may say why'}`,
      );
    }
  }
  return {
    version,
    variant: row.variant,
    source,
    oci: ociOf(row, loop),
    isCore: row.core ?? false,
    probe: command('probe', row.probe ?? file.probe),
    compile: row.compile === false ? undefined : command('compile', row.compile ?? file.compile),
    run,
    env: mapped({ ...file.env, ...row.env }, filled('env', variables)),
    files: (row.files ?? file.files ?? []).map((each) => ({ ...each, content: inTest(each.content, variables) })),
    prestart: row.prestart === false ? undefined : file.prestart,
    limits: { ...file.limits, ...row.limits },
    tests,
    without,
  };
}

/** Every self-test but hello, which every language has. */
const TESTS = ['stdin', 'args', 'exitCode', 'runtimeError', 'compileError', 'utf8', 'version'] as const;

/** `{ a: [1, 2], b: [3] }` is a=1 b=3, a=2 b=3; a list is its own entries; nothing is one row without variables. */
function combinations(loop: VersionRow['for']): readonly Variables[] {
  if (loop === undefined) return [{}];
  if (Array.isArray(loop)) return loop;
  return Object.entries(loop).reduce<readonly Variables[]>(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

function sourceOf(file: LanguageFile, { from }: VersionRow, loop: Variables): Source | undefined {
  if (from === undefined) return undefined;
  const { debian = 'trixie', group, packages, npm } = from;
  const each = (text: string): string => filled('from', loop)(text);
  const source: Source = { debian };
  if (packages !== undefined) {
    source.packages = packages.map(each);
    source.group = each(group ?? file.id);
  } else if (group !== undefined) throw new Error('from.group: has no packages');
  if (npm !== undefined) source.npm = (Array.isArray(npm) ? npm : [npm]).map(each);
  if (Object.keys(source).length === 1) throw new Error('from: names no package');
  const parsed = sourceSchema.safeParse(source);
  if (!parsed.success) throw new Error(`from.${firstIssue(parsed.error)}`);
  directoryPackages(source);
  return source;
}

function ociOf({ oci }: VersionRow, loop: Variables): LanguageVersion['oci'] {
  if (oci === undefined) return undefined;
  const whole = typeof oci === 'string' ? { image: oci } : oci;
  const command = (parts: readonly string[] | undefined) => parts?.map(filled('oci', loop));
  return {
    ...whole,
    image: filled('oci', loop)(whole.image),
    compile: command(whole.compile),
    run: command(whole.run),
  };
}

function variablesOf(file: LanguageFile, row: VersionRow, loop: Variables, source: Source | undefined): Variables {
  const known = { ...loop, ...directoryVariables(source) };
  return { ...known, ...mapped({ ...file.with, ...row.with }, filled('with', known)) };
}

/** `{tool}` is the first directory; each is called by the last part of its package's name too. */
function directoryVariables(source: Source | undefined): Variables {
  const directories = directoryPackages(source);
  const named = Object.fromEntries(directories.map(({ shortName, directory }) => [shortName, directory]));
  return directories.length === 0 ? {} : { ...named, tool: directories[0]!.directory };
}

/** Fills in variables; a job's own stay for later. */
function filled(what: string, variables: Variables): (text: string) => string {
  return (text) =>
    text.replace(/\{([A-Za-z][\w.-]*)\}/g, (whole, name: string) => {
      if (name in variables) return variables[name]!;
      if (JOB_VARIABLES.includes(name)) return whole;
      const known = [...JOB_VARIABLES, ...Object.keys(variables)].join(', ');
      throw new Error(`${what}: {${name}} is no variable; there are ${known}`);
    });
}

/** In a program braces are its own, but for those around the name of a variable. */
function inTest(text: string, variables: Variables): string {
  return Object.entries(variables).reduce((result, [name, value]) => result.replaceAll(`{${name}}`, value), text);
}

function mapped(values: Variables, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
