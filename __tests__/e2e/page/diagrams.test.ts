import * as fs from 'node:fs';
import * as path from 'node:path';
import { findMermaid } from '../../../tools/provision/mermaid';
import { requireTool } from '../../kit/require-tool';
import { openBrowser } from './browser';

/** What Mermaid puts into the page. */
declare const mermaid: {
  parse(text: string): Promise<{ readonly diagramType: string }>;
  render(id: string, text: string): Promise<{ readonly svg: string }>;
};

const project = path.resolve(__dirname, '../../..');
const directory = path.join(project, 'docs/diagrams');
const read = (name: string): string => fs.readFileSync(path.join(directory, name), 'utf8');

describe('pictures in a browser', () => {
  requireTool(['chromium', 'mermaid']);

  it('Mermaid reads and draws each, and refuses one that is broken', async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.context.newPage();
      await page.setContent('<body></body>');
      await page.addScriptTag({ path: findMermaid()! });
      const names = fs.readdirSync(directory).filter((name) => name.endsWith('.mmd'));
      expect(names.length).toBe(3);
      for (const name of names) {
        const text = read(name);
        const drawn = await page.evaluate(async (source) => {
          const { diagramType } = await mermaid.parse(source);
          const { svg } = await mermaid.render('picture', source);
          return { diagramType, svg };
        }, text);
        expect(drawn.diagramType).toBe('flowchart-v2');
        // Every card has become a node, and every boundary one of its own.
        const [cards, boundaries] = [/^ +\w+[[(]/gm, /^ +subgraph /gm].map((pattern) => text.match(pattern)!.length);
        expect(drawn.svg.match(/class="node /g)).toHaveLength(cards!);
        expect(drawn.svg.match(/class="cluster/g)!.length).toBeGreaterThanOrEqual(boundaries!);
      }
      const refusal = page.evaluate((source) => mermaid.parse(source), `${read('playground.mmd')}\n  a -- "b --> c`);
      await expect(refusal).rejects.toThrow(/Parse error|Lexical error/);
    } finally {
      await browser.close();
    }
  }, 120_000);

  it('no words of an SVG leave their card or the page', async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.context.newPage();
      for (const name of fs.readdirSync(directory).filter((file) => file.endsWith('.svg'))) {
        await page.setContent(`<body style="margin:0">${read(name)}</body>`);
        const outside = await page.evaluate(() => {
          const page = document.querySelector('svg')!.getBoundingClientRect();
          const sticksOut = (inner: DOMRect, outer: DOMRect): boolean =>
            inner.left < outer.left ||
            inner.right > outer.right ||
            inner.top < outer.top ||
            inner.bottom > outer.bottom;
          return [...document.querySelectorAll('text')]
            .filter((text) => {
              const card = text.closest('.card')?.querySelector('rect:last-of-type');
              return sticksOut(text.getBoundingClientRect(), card?.getBoundingClientRect() ?? page);
            })
            .map(({ textContent }) => textContent);
        });
        expect({ name, outside }).toEqual({ name, outside: [] });
      }
    } finally {
      await browser.close();
    }
  }, 120_000);
});
