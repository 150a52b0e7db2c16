import * as fs from 'node:fs';
import * as path from 'node:path';

const project = path.resolve(__dirname, '../../..');

/** The folders of modules/ that hold a contract. */
const CONTRACTS = ['tls-service', 'event-store', 'sandbox-fleet', 'playground'];

/** A fenced block of a Markdown file. */
export interface Snippet {
  /** From the project's root, such as `docs/settings.md`. */
  readonly file: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** What follows the fence, such as `ts`. */
  readonly language: string;
  readonly text: string;
  /** How it is checked, told by a comment above the fence: `<!-- check: runs -->`. */
  readonly check: string | undefined;
}

/** Every Markdown file that a user reads. */
export function documents(): string[] {
  const docs = fs.readdirSync(path.join(project, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    ...['README.md', 'CONTRIBUTING.md', 'MIGRATING.md', 'contracts/README.md'],
    ...CONTRACTS.map((name) => `modules/${name}/README.md`),
    ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ];
}

/** The fenced blocks of one file, in order. */
export function snippetsOf(file: string): Snippet[] {
  return parse(file, fs.readFileSync(path.join(project, file), 'utf8'));
}

/** The fenced blocks of a text. A fence may be indented, as in a list; its text loses that indentation. */
export function parse(file: string, markdown: string): Snippet[] {
  const lines = markdown.split('\n');
  const snippets: Snippet[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const open = /^( *)(`{3,})(\S*)/.exec(lines[at] ?? '');
    if (open === null) continue;
    const [, indent = '', fence = '', language = ''] = open;
    const end = lines.findIndex((line, index) => index > at && line.trim() === fence);
    if (end < 0) throw new Error(`${file}:${at + 1}: the fence is never closed`);
    const above = lines.slice(0, at).findLast((line) => line.trim() !== '') ?? '';
    const text = lines.slice(at + 1, end).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    snippets.push({
      file,
      line: at + 1,
      language,
      text: text.join('\n'),
      check: /^\s*<!-- check: (.*?) -->\s*$/.exec(above)?.[1],
    });
    at = end;
  }
  return snippets;
}
