/** Why files cannot lie beside each other, and which of them. */
export interface FileConflict {
  readonly index: number;
  readonly reason: string;
}

/** The first name that is taken already, or that is a directory of another's. */
export function filesConflict(names: readonly (string | undefined)[]): FileConflict | undefined {
  const files = new Set<string>();
  const directories = new Set<string>();
  for (const [index, given] of names.entries()) {
    if (given === undefined) continue;
    // As they are written: in UTF-8 all halves of a pair are the same character.
    const name = Buffer.from(given).toString();
    const shown = JSON.stringify(name.slice(0, 100));
    if (files.has(name)) return { index, reason: `${shown} is the name of two files` };
    if (directories.has(name)) return { index, reason: `${shown} is a directory of another file` };
    for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      const directory = name.slice(0, slash);
      if (files.has(directory)) return { index, reason: `${shown} lies in what is a file` };
      directories.add(directory);
    }
    files.add(name);
  }
  return undefined;
}
