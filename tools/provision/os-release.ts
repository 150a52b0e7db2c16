import * as fs from 'node:fs';

/** Which Linux this is, as os-release(5) says it. */
export interface OsRelease {
  /** Such as `debian`, `ubuntu` or `fedora`. */
  readonly id: string;
  /** For people, such as `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
  /** Such as `bookworm`; undefined where releases have no code name. */
  readonly codename?: string;
}

/** Reads it. Unknown where there is none. */
export function readOsRelease(file = '/etc/os-release'): OsRelease {
  let text = '';
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    // Not Linux, or a container without the file.
  }
  const value = (name: string): string | undefined => {
    const found = new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]?.trim();
    return found === undefined || found === '' ? undefined : found.replace(/^(["'])(.*)\1$/, '$2');
  };
  const id = value('ID') ?? 'unknown';
  return { id, name: value('PRETTY_NAME') ?? id, codename: value('VERSION_CODENAME') };
}
