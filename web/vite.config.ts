import * as path from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { readCatalogue } from '../services/languages/catalogue';

const here = import.meta.dirname;

/** `import samples from 'virtual:samples'`: the greeting of every language of the catalogue, by language id. */
function samples(): Plugin {
  const id = 'virtual:samples';
  return {
    name: 'sandpiper-samples',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(resolved) {
      if (resolved !== `\0${id}`) return undefined;
      const languages = readCatalogue(path.join(here, '../languages'));
      return `export default ${JSON.stringify(Object.fromEntries(languages.map((l) => [l.id, l.tests.hello])))};`;
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
