import * as path from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { readCatalogue } from '../services/languages/catalogue';

const here = import.meta.dirname;

/**
 * `import samples, { firstLanguage } from 'virtual:samples'`: the greeting of every language of the catalogue, by language id, and
 * the id of the one that is shown at a first visit.
 */
function samples(): Plugin {
  const id = 'virtual:samples';
  return {
    name: 'sandpiper-samples',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(resolved) {
      if (resolved !== `\0${id}`) return undefined;
      const languages = readCatalogue(path.join(here, '../languages'));
      const greetings = Object.fromEntries(languages.map((each) => [each.id, each.tests.hello]));
      const first = languages.find(({ isFirst }) => isFirst) ?? languages[0]!;
      return `export default ${JSON.stringify(greetings)}; export const firstLanguage = ${JSON.stringify(first.id)};`;
    },
  };
}

export default defineConfig({
  root: here,
  base: '/',
  plugins: [samples()],
  build: {
    outDir: path.join(here, '../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // The policy allows images from `data:` only where they are written so; nothing else is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
