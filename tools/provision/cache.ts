import * as os from 'node:os';
import * as path from 'node:path';

/**
 * What Sandpiper downloads or builds once and keeps between runs, such as virtual environments and machine images. May
 * be deleted at any time: `$XDG_CACHE_HOME/sandpiper`, or `~/.cache/sandpiper`. The directory may not exist yet.
 */
export function cacheDirectory(...names: readonly string[]): string {
  return path.join(baseDirectory('XDG_CACHE_HOME', '.cache'), 'sandpiper', ...names);
}

/**
 * What must not be lost between runs, such as the local certificate authority: `$XDG_DATA_HOME/sandpiper`, or
 * `~/.local/share/sandpiper`. The directory may not exist yet.
 */
export function dataDirectory(...names: readonly string[]): string {
  return path.join(baseDirectory('XDG_DATA_HOME', '.local/share'), 'sandpiper', ...names);
}

/** The XDG base directory specification tells programs to ignore relative paths in these variables. */
function baseDirectory(variable: string, fallback: string): string {
  const value = process.env[variable];
  return value !== undefined && path.isAbsolute(value) ? value : path.join(os.homedir(), fallback);
}
