import { StreamLanguage, type StreamParser } from '@codemirror/language';
import type { Extension } from '@codemirror/state';

const legacy = (parser: StreamParser<unknown>): Extension => StreamLanguage.define(parser);

/** Loads the grammar of one highlight mode of the catalogue; each is a chunk of its own. */
const loaders: Readonly<Record<string, () => Promise<Extension>>> = {
  ada: async () => legacy((await import('./plain-modes')).ada),
  awk: async () => legacy((await import('./plain-modes')).awk),
  c: async () => legacy((await import('@codemirror/legacy-modes/mode/clike')).c),
  clojure: async () => legacy((await import('@codemirror/legacy-modes/mode/clojure')).clojure),
  cobol: async () => legacy((await import('@codemirror/legacy-modes/mode/cobol')).cobol),
  coffeeScript: async () => legacy((await import('@codemirror/legacy-modes/mode/coffeescript')).coffeeScript),
  commonLisp: async () => legacy((await import('@codemirror/legacy-modes/mode/commonlisp')).commonLisp),
  cpp: async () => (await import('@codemirror/lang-cpp')).cpp(),
  crystal: async () => legacy((await import('@codemirror/legacy-modes/mode/crystal')).crystal),
  csharp: async () => legacy((await import('@codemirror/legacy-modes/mode/clike')).csharp),
  d: async () => legacy((await import('@codemirror/legacy-modes/mode/d')).d),
  elixir: async () => legacy((await import('./plain-modes')).elixir),
  erlang: async () => legacy((await import('@codemirror/legacy-modes/mode/erlang')).erlang),
  forth: async () => legacy((await import('@codemirror/legacy-modes/mode/forth')).forth),
  fortran: async () => legacy((await import('@codemirror/legacy-modes/mode/fortran')).fortran),
  gas: async () => legacy((await import('@codemirror/legacy-modes/mode/gas')).gas),
  go: async () => (await import('@codemirror/lang-go')).go(),
  groovy: async () => legacy((await import('@codemirror/legacy-modes/mode/groovy')).groovy),
  haskell: async () => legacy((await import('@codemirror/legacy-modes/mode/haskell')).haskell),
  java: async () => (await import('@codemirror/lang-java')).java(),
  javascript: async () => (await import('@codemirror/lang-javascript')).javascript(),
  kotlin: async () => legacy((await import('@codemirror/legacy-modes/mode/clike')).kotlin),
  lua: async () => legacy((await import('@codemirror/legacy-modes/mode/lua')).lua),
  nim: async () => legacy((await import('./plain-modes')).nim),
  oCaml: async () => legacy((await import('@codemirror/legacy-modes/mode/mllike')).oCaml),
  objectiveC: async () => legacy((await import('@codemirror/legacy-modes/mode/clike')).objectiveC),
  octave: async () => legacy((await import('@codemirror/legacy-modes/mode/octave')).octave),
  pascal: async () => legacy((await import('@codemirror/legacy-modes/mode/pascal')).pascal),
  perl: async () => legacy((await import('@codemirror/legacy-modes/mode/perl')).perl),
  php: async () => (await import('@codemirror/lang-php')).php(),
  prolog: async () => legacy((await import('./plain-modes')).prolog),
  python: async () => (await import('@codemirror/lang-python')).python(),
  r: async () => legacy((await import('@codemirror/legacy-modes/mode/r')).r),
  ruby: async () => legacy((await import('@codemirror/legacy-modes/mode/ruby')).ruby),
  rust: async () => (await import('@codemirror/lang-rust')).rust(),
  scala: async () => legacy((await import('@codemirror/legacy-modes/mode/clike')).scala),
  scheme: async () => legacy((await import('@codemirror/legacy-modes/mode/scheme')).scheme),
  shell: async () => legacy((await import('@codemirror/legacy-modes/mode/shell')).shell),
  sqlite: async () => {
    const { sql, SQLite } = await import('@codemirror/lang-sql');
    return sql({ dialect: SQLite });
  },
  tcl: async () => legacy((await import('@codemirror/legacy-modes/mode/tcl')).tcl),
  typescript: async () => (await import('@codemirror/lang-javascript')).javascript({ typescript: true }),
};

/** Highlight modes that there are. */
export const highlightModes: readonly string[] = Object.keys(loaders);

/** The editor's extension for a mode; none for a mode that this page does not know. */
export async function loadHighlight(mode: string): Promise<Extension> {
  return (await loaders[mode]?.()) ?? [];
}
