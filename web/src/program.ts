/** What the user wrote and chose: all that a run needs, that a link shares, and that a reload keeps. */
export interface Program {
  readonly language: string;
  /** Empty for the newest. */
  readonly version: string;
  readonly code: string;
  readonly stdin: string;
  /** As typed; args.ts splits it. */
  readonly args: string;
  /** Whether standard input stays open while the program runs. */
  readonly interactive: boolean;
}

/** A program from outside, or undefined when it is none. Fields that are missing are empty. */
export function programFrom(value: unknown): Program | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  if (typeof fields.language !== 'string' || typeof fields.code !== 'string') return undefined;
  const text = (field: unknown): string => (typeof field === 'string' ? field : '');
  return {
    language: fields.language,
    version: text(fields.version),
    code: fields.code,
    stdin: text(fields.stdin),
    args: text(fields.args),
    interactive: fields.interactive === true,
  };
}
