import * as fs from 'node:fs';
import * as path from 'node:path';

const project = path.resolve(__dirname, '../..');
const read = (file: string): string => fs.readFileSync(path.join(project, file), 'utf8');

/** The names in the first column of the table below a heading. */
function firstColumn(heading: string): string[] {
  const section = read('docs/settings.md').split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) => cell.match(/[A-Za-z_]+/g) ?? []);
}

describe('docs/settings.md', () => {
  it('lists every setting, and no other', () => {
    const [, table = ''] = /const NAMES = \{([\s\S]*?)\} as const/.exec(read('stacks/settings.ts')) ?? [];
    const settings = [...table.matchAll(/'([A-Z_]+)'/g)].map(([, name]) => name);
    expect(settings.length).toBeGreaterThan(10);
    expect(firstColumn('Settings').sort()).toEqual(settings.sort());
  });

  it('lists every Terraform variable of the stacks, and no other', () => {
    const sources = fs.readdirSync(path.join(project, 'stacks')).map((name) => read(`stacks/${name}`));
    const declared = sources.flatMap((source) =>
      [...source.matchAll(/[a-z]Variable\(\s*(?:this|scope),(?:\s*settings,)?\s*'([a-z_]+)'/g)].map(([, name]) => name),
    );
    expect(new Set(declared).size).toBeGreaterThan(10);
    expect(firstColumn('Values').sort()).toEqual([...new Set(declared)].sort());
  });
});
