import { z } from 'zod';

/** Debian's releases, as one base of packages each; with `-backports`, newer packages beside them. */
export const SUITES = ['bullseye', 'bookworm', 'bookworm-backports', 'trixie', 'trixie-backports'] as const;

const list = z.array(z.string().min(1)).min(1);

/** Where one version's toolchain comes from: a Debian suite with packages, and directories of npm packages over it. */
export const sourceSchema = z.strictObject({
  debian: z.enum(SUITES),
  group: z
    .string()
    .regex(/^[a-z][a-z0-9.-]*$/)
    .optional(),
  packages: list.optional(),
  npm: list.optional(),
});

export type Source = z.infer<typeof sourceSchema>;
export type Suite = Source['debian'];

/** A package of npm at one version, installed into a directory of its own. */
export interface DirectoryPackage {
  /** Such as `@scope/name`. */
  readonly name: string;
  readonly version: string;
  /** Where a sandbox sees it, read-only: `/opt/toolchains/<name>-<version>`. */
  readonly mount: string;
  /** Its own files in it, below `node_modules`. */
  readonly directory: string;
  /** What commands call the directory by: the last part of its name. */
  readonly shortName: string;
}

/** Where sandboxes see what does not come from Debian. */
export const TOOLCHAINS = '/opt/toolchains';

const NPM_PACKAGE = /^((?:@[a-z0-9._-]+\/)?[a-z0-9._-]+)@([0-9][\w.+-]*)$/;

/** The directories that a source lays over its base, in its order. @throws Error when one is no package at an exact version */
export function directoryPackages(source: Source | undefined): readonly DirectoryPackage[] {
  return (source?.npm ?? []).map((text) => {
    const match = NPM_PACKAGE.exec(text);
    if (!match) throw new Error(`npm: ${JSON.stringify(text)} must be a package at an exact version (name@1.2.3)`);
    const [, name, version] = match as unknown as [string, string, string];
    // With its scope: @types/node is not node.
    const mount = `${TOOLCHAINS}/${name.replace('@', '').replace('/', '-')}-${version}`;
    return { name, version, mount, directory: `${mount}/node_modules/${name}`, shortName: name.split('/').at(-1)! };
  });
}
