import type { StreamParser } from '@codemirror/language';

interface PlainSyntax {
  readonly name: string;
  readonly keywords: string;
  /** What begins a comment that ends with its line. */
  readonly comment: RegExp;
  /** @default strings in "…" and '…' */
  readonly string?: RegExp;
  readonly atom?: RegExp;
  readonly ignoresCase?: boolean;
}

/** Enough colour for languages that no package has a grammar for: comments, strings, numbers and keywords. */
function plainMode({ name, keywords, comment, string, atom, ignoresCase = false }: PlainSyntax): StreamParser<unknown> {
  const known = new Set(keywords.split(' '));
  const literal = string ?? /^(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)/;
  return {
    name,
    token(stream) {
      if (stream.eatSpace()) return null;
      if (stream.match(comment)) {
        stream.skipToEnd();
        return 'comment';
      }
      if (stream.match(literal)) return 'string';
      if (atom !== undefined && stream.match(atom)) return 'atom';
      if (stream.match(/^\d[\w.]*/)) return 'number';
      const word = stream.match(/^[\p{L}_][\p{L}\p{N}_]*[?!]?/u);
      if (word) {
        const text = (word as RegExpMatchArray)[0];
        return known.has(ignoresCase ? text.toLowerCase() : text) ? 'keyword' : 'variable';
      }
      stream.next();
      return null;
    },
  };
}

export const ada = plainMode({
  name: 'ada',
  ignoresCase: true,
  comment: /^--/,
  string: /^(?:"[^"]*"?|'.')/,
  keywords:
    'abort abs accept access all and array at begin body case constant declare delay delta digits do else elsif end entry exception exit for function generic goto if in interface is limited loop mod new not null of or others out overriding package pragma private procedure protected raise range record rem renames return reverse select separate subtype synchronized tagged task terminate then type until use when while with xor',
});

export const awk = plainMode({
  name: 'awk',
  comment: /^#/,
  keywords:
    'BEGIN END break continue delete do else exit for function getline if in next nextfile print printf return while',
});

export const elixir = plainMode({
  name: 'elixir',
  comment: /^#/,
  atom: /^:[A-Za-z_]\w*/,
  keywords:
    'after alias and case catch cond def defimpl defmacro defmodule defp defprotocol defstruct do else end false fn for if import in nil not or quote raise receive require rescue true try unless unquote use when with',
});

export const nim = plainMode({
  name: 'nim',
  comment: /^#/,
  keywords:
    'addr and as asm bind block break case cast concept const continue converter defer discard distinct div do elif else end enum except export finally for from func if import in include interface is isnot iterator let macro method mixin mod nil not notin object of or out proc ptr raise ref return shl shr static template try tuple type using var when while xor yield',
});

export const prolog = plainMode({
  name: 'prolog',
  comment: /^%/,
  atom: /^(?::-|\?-|-->)/,
  keywords: 'is mod rem not true false fail dynamic initialization module use_module',
});
