/** What of a job the commands and the environment of its language may name. */
export interface CommandVariables {
  /** Name of the first file. */
  readonly sourceFile: string;
  /** Names of all files that the job brings, the first one first. */
  readonly files: readonly string[];
  /** What the stage may use. */
  readonly memoryBytes: number;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Fills in a command of the catalogue: `{source}` is the name of the first file, `{stem}` the same without its ending,
 * `{memoryMiB}` the memory that the stage may use and `{memoryMiB:60}` 60 percent of it. `{sources}` stands alone, for the
 * first file and all others of its ending; with `{sources:last}` the first file comes after what it is made of.
 */
export function filledCommand(command: readonly string[], variables: CommandVariables): readonly string[] {
  const fill = filler(variables);
  return command.flatMap((part) => {
    if (part === '{options}') return [];
    if (part === '{sources}') return sourcesOf(variables);
    if (part !== '{sources:last}') return [fill(part)];
    const [first, ...others] = sourcesOf(variables);
    return [...others, first!];
  });
}

/** Puts the options of a job where a command says `{options}`; what asks for none leaves it out. */
export function withOptions(command: readonly string[], options: readonly string[] = []): readonly string[] {
  return command.flatMap((part) => (part === '{options}' ? options : [part]));
}

/** As {@link filledCommand}, the values of variables of the environment. */
export function filledEnvironment(
  environment: Readonly<Record<string, string>>,
  variables: CommandVariables,
): Readonly<Record<string, string>> {
  const fill = filler(variables);
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)]));
}

/** The first file, and the others that the same compiler takes. A path that could be an option is none: `./-o.c`. */
export function sourcesOf({ sourceFile, files }: CommandVariables): readonly string[] {
  const ending = endingOf(sourceFile);
  const others = files.filter((name) => name !== sourceFile && endingOf(name) === ending);
  return [sourceFile, ...others].map((name) => (name.startsWith('-') ? `./${name}` : name));
}

function filler({ sourceFile, memoryBytes }: CommandVariables): (text: string) => string {
  const stem = sourceFile.replace(/\.[^./]*$/, '');
  return (text) =>
    text
      .replaceAll('{source}', sourceFile)
      .replaceAll('{stem}', stem)
      .replace(/\{memoryMiB(?::(\d+))?\}/g, (_, percent = '100') =>
        String(Math.max(1, Math.floor((memoryBytes / MEBIBYTE) * (Number(percent) / 100)))),
      );
}

function endingOf(name: string): string {
  return /\.[^./]*$/.exec(name)?.[0] ?? '';
}
