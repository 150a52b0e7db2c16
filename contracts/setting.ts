/**
 * One setting that a person or a construct writes and a program reads, as an environment variable. The row knows the type, the range, the
 * default and the sentence of the documentation, so that none of them is written twice.
 */
export interface Setting<T> {
  /** Name of the environment variable. */
  readonly name: string;
  /** What it is for: whole sentences, which docs/settings.md prints. */
  readonly doc: string;
  /** What it may be, to follow "must be": `a whole number from 10 to 600`. */
  readonly allowed: string;
  /** Whether the program refuses to start without it. */
  readonly isRequired: boolean;
  /** Its value where the environment does not have it. Meaningless where it is required. */
  readonly default: T;
  /** The default as docs/settings.md prints it. */
  readonly defaultText: string;
  /** @returns undefined where the text is not allowed */
  parse(text: string): T | undefined;
  /** The text that {@link parse} reads as the value. */
  print(value: T): string;
}

/** Settings by the name that code uses. */
export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

/** The type of a setting's value. */
export type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** The values of a table, by the names that code uses. */
export type ValuesOf<S extends SettingTable> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** What every kind of row is made with. A row without `default` is required; `default: undefined` makes it optional. */
export interface SettingOptions<D> {
  readonly doc: string;
  readonly default?: D;
  /** @default - the default's own text, or "none" */
  readonly defaultText?: string;
}

/** A whole number within bounds. */
export function whole<const D extends number | undefined = number>(
  name: string,
  options: SettingOptions<D> & {
    readonly minimum: number;
    readonly maximum: number;
    readonly unit?: 's' | 'ms' | 'percent';
  },
): Setting<number | D> {
  const { minimum, maximum, unit } = options;
  const parse = (text: string): number | undefined => {
    const value = Number(text);
    return /^\d+$/.test(text) && value >= minimum && value <= maximum ? value : undefined;
  };
  const print = (value: number | D): string => String(value);
  const row = settingOf<number | D>(name, options, {
    allowed: `a whole number from ${minimum} to ${maximum}`,
    parse,
    print,
  });
  const isPrinted = unit !== undefined && options.default !== undefined && options.defaultText === undefined;
  return isPrinted ? { ...row, defaultText: `${row.defaultText} ${unit}` } : row;
}

/** One of a few words. */
export function oneOf<const T extends string, const D extends T | undefined = T>(
  name: string,
  words: readonly T[],
  options: SettingOptions<D>,
): Setting<T | D> {
  return settingOf<T | D>(name, options, {
    allowed: `one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word === text),
    print: (value) => String(value),
  });
}

/** `true` or `false`. */
export function flag(name: string, options: SettingOptions<boolean>): Setting<boolean> {
  return settingOf<boolean>(name, options, {
    allowed: 'one of true, false',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    print: (value) => String(value),
  });
}

/** Words with commas between them. A comma alone is the empty list: an empty variable counts as absent. */
export function list<const T extends string = string, const D extends readonly T[] | undefined = readonly T[]>(
  name: string,
  options: SettingOptions<D> & {
    /** What the words may be. @default anything */
    readonly of?: readonly T[];
    /** Form of each word, and what to call it. @default any */
    readonly form?: { readonly pattern: RegExp; readonly allowed: string };
  },
): Setting<readonly T[] | D> {
  const { of: words, form } = options;
  const isAllowed = (word: string): word is T =>
    (words === undefined || words.some((allowed) => allowed === word)) &&
    (form === undefined || form.pattern.test(word));
  return settingOf<readonly T[] | D>(name, options, {
    allowed: `${words ? `words of ${words.join(', ')},` : (form?.allowed ?? 'words')} with commas between them`,
    parse: (text) => {
      const given = text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');
      return given.every(isAllowed) ? given : undefined;
    },
    print: (values) => values?.join(',') || ',',
  });
}

/** Any text, or text of one form. */
export function text<const D extends string | undefined = string>(
  name: string,
  options: SettingOptions<D> & { readonly form?: { readonly pattern: RegExp; readonly allowed: string } },
): Setting<string | D> {
  const { form } = options;
  return settingOf<string | D>(name, options, {
    allowed: form?.allowed ?? 'text',
    parse: (given) => (form === undefined || form.pattern.test(given) ? given : undefined),
    print: (value) => String(value),
  });
}

/** A row with a parser of its own. The helpers above cover what is plain. */
export function settingOf<T>(
  name: string,
  options: SettingOptions<T>,
  form: Pick<Setting<T>, 'allowed' | 'parse' | 'print'>,
): Setting<T> {
  const { doc, default: value } = options;
  const isRequired = !('default' in options);
  const printed = value === undefined ? 'none' : form.print(value);
  return {
    name,
    doc,
    isRequired,
    default: value as T,
    defaultText: options.defaultText ?? (isRequired ? 'required' : printed === ',' ? 'none' : printed),
    ...form,
  };
}

/** What a program has whose environment says nothing; undefined for what is required. */
export function defaultsOf<S extends SettingTable>(table: S): ValuesOf<S> {
  const defaults = Object.entries(table).map(([key, setting]) => [key, setting.default]);
  return Object.fromEntries(defaults) as ValuesOf<S>;
}

/** The same setting with another default, for a program that knows better what is meant. */
export function withDefault<T>(setting: Setting<T>, value: T): Setting<T> {
  return { ...setting, isRequired: false, default: value, defaultText: setting.print(value) };
}
