import * as fs from 'node:fs';
import * as path from 'node:path';

const project = path.resolve(__dirname, '../..');
const read = (file: string): string => fs.readFileSync(path.join(project, file), 'utf8');
const text = read('docs/architecture.md');

/** The rows of the tables below a heading: heads and rules are left out. */
function rowsOf(document: string, heading: string): string[][] {
  const section = document.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter(
      (line, index, lines) =>
        line.startsWith('|') && !/^\|[\s:|-]+$/.test(line) && !/^\|[\s:|-]+$/.test(lines[index + 1] ?? ''),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

describe('docs/architecture.md', () => {
  it.each(['Threats', 'When something dies'])('%s: each row names tests that exist', (heading) => {
    const rows = rowsOf(text, heading);
    expect(rows.length).toBeGreaterThan(8);
    for (const row of rows) {
      const links = [...row.at(-1)!.matchAll(/\]\(\.\.\/(__tests__\/[^)]+\.test\.ts)\)/g)].map(([, file = '']) => file);
      expect({ row: row[0], links }).toEqual({ row: row[0], links: expect.arrayContaining([expect.any(String)]) });
      expect(links.filter((file) => !/\bit(\.each)?\(|describeAbuse\(|describeSystem\(/.test(read(file)))).toEqual([]);
    }
  });

  it('shows each picture of docs/diagrams', () => {
    const pictures = [...text.matchAll(/\(diagrams\/([^)]+)\)/g)].map(([, picture = '']) => picture);
    expect([...new Set(pictures)].sort()).toEqual(fs.readdirSync(path.join(project, 'docs/diagrams')).sort());
  });

  it('computes costs from the simulation and the assumptions that it names', () => {
    const [price, spot, never, queue] = rowsOf(text, 'Capacity and cost of a million runs')
      .slice(0, 4)
      .map((row) => row.slice(1).map(Number) as [number, number]) as [number, number][];
    const scaling = read('docs/scaling.md');
    for (const [load, heading, traceHours] of [
      ['steady', 'Steady', 2],
      ['diurnal', 'Diurnal', 24],
      ['burst', 'Burst', 4],
    ] as const) {
      const jobs = Number(new RegExp(`## ${heading}\\n\\n.*\\(([\\d,]+) jobs\\)`).exec(scaling)![1]!.replace(/,/g, ''));
      const simulated = rowsOf(scaling, heading);
      const cells = ['law on AWS', 'law on GCP'].flatMap((law, cloud) => {
        const row = simulated.find(([name]) => name === law)!;
        const hours = Number(row[4]);
        const perMillion = 1_000_000 / jobs;
        const standard = never![cloud]! * traceHours;
        const paid = standard + (hours - standard) * spot![cloud]!;
        const dollars = (paidHours: number): string =>
          (paidHours * perMillion * price![cloud]! + queue![cloud]!).toFixed(0);
        return [(hours * perMillion).toFixed(0), row[8], dollars(hours), dollars(paid)];
      });
      expect(text).toContain(`| ${load} | ${cells.join(' | ')} |`);
    }
  });
});
