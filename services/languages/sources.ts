import { z } from 'zod';

/** Debian's releases, as one base of packages each; with `-backports`, newer packages beside them. */
export const SUITES = ['bullseye', 'bookworm', 'bookworm-backports', 'trixie', 'trixie-backports'] as const;

const list = z.array(z.string().min(1)).min(1);

/** Where one version's toolchain comes from: a Debian suite with packages, and directories of other registries over it. */
export const sourceSchema = z.strictObject({
  debian: z.enum(SUITES),
  group: z
    .string()
    .regex(/^[a-z][a-z0-9.-]*$/)
    .optional(),
  packages: list.optional(),
  npm: list.optional(),
  pypi: list.optional(),
  maven: list.optional(),
  crates: list.optional(),
  gomod: list.optional(),
});

export type Source = z.infer<typeof sourceSchema>;
export type Suite = Source['debian'];

/** Registries whose packages are directories. */
export const REGISTRIES = ['npm', 'pypi', 'maven', 'crates', 'gomod'] as const;
export type Registry = (typeof REGISTRIES)[number];

/** A package of a registry at one version, unpacked into a directory of its own. */
export interface DirectoryPackage {
  readonly registry: Registry;
  /** As its registry calls it, such as `@scope/name`, `org.clojure:clojure` or `github.com/owner/name`. */
  readonly name: string;
  readonly version: string;
  /** Where a sandbox sees it, read-only: `/opt/toolchains/<name>-<version>`. */
  readonly mount: string;
  /** Its own files in it; with npm, below `node_modules`. */
  readonly directory: string;
  /** What commands call the directory by: the last part of its name. */
  readonly shortName: string;
}

/** Where sandboxes see what does not come from Debian. */
export const TOOLCHAINS = '/opt/toolchains';

const PATTERNS: Readonly<Record<Registry, { readonly pattern: RegExp; readonly form: string }>> = {
  npm: { pattern: /^((?:@[a-z0-9._-]+\/)?[a-z0-9._-]+)@([0-9][\w.+-]*)$/, form: 'name@1.2.3' },
  pypi: { pattern: /^([A-Za-z0-9._-]+)==([0-9][\w.+!-]*)$/, form: 'name==1.2.3' },
  maven: { pattern: /^([\w.-]+:[\w.-]+):([0-9][\w.+-]*)$/, form: 'group:artifact:1.2.3' },
  crates: { pattern: /^([A-Za-z0-9_-]+)@([0-9][\w.+-]*)$/, form: 'name@1.2.3' },
  gomod: { pattern: /^([\w.~-]+(?:\/[\w.~-]+)+)@(v[0-9][\w.+-]*)$/, form: 'host/path@v1.2.3' },
};

/** @throws Error when the text is no package at an exact version */
export function directoryPackage(registry: Registry, text: string): DirectoryPackage {
  const { pattern, form } = PATTERNS[registry];
  const match = pattern.exec(text);
  if (!match) throw new Error(`${registry}: ${JSON.stringify(text)} must be a package at an exact version (${form})`);
  const [, name, version] = match as unknown as [string, string, string];
  const shortName = name
    .split(/[/:]/)
    .filter((part) => !/^v\d+$/.test(part))
    .at(-1)!;
  // With its scope: @types/node is not node.
  const wholeName = registry === 'npm' ? name.replace('@', '').replace('/', '-') : shortName.toLowerCase();
  const mount = `${TOOLCHAINS}/${wholeName}-${version.replace(/^v/, '').replace(/[^\w.-]/g, '-')}`;
  return {
    registry,
    name,
    version,
    mount,
    directory: registry === 'npm' ? `${mount}/node_modules/${name}` : mount,
    shortName,
  };
}

/** The directories that a source lays over its base, in its order. @throws Error as {@link directoryPackage} */
export function directoryPackages(source: Source | undefined): readonly DirectoryPackage[] {
  if (source === undefined) return [];
  return REGISTRIES.flatMap((registry) => (source[registry] ?? []).map((text) => directoryPackage(registry, text)));
}
