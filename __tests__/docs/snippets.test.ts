import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { transformSync } from 'esbuild';
import { parse as parseYaml } from 'yaml';
import { builtProgram, buildGoPrograms } from '../../tools/artifacts/build/go-programs';
import { documents, parse, snippetsOf, type Snippet } from '../kit/docs/snippets';
import { requireTool } from '../kit/require-tool';
import { temporaryDirectory } from '../kit/terraform';
import { inventoryOf, type Inventory, type SynthesizedStack } from '../kit/docs/inventory';
import { environmentWithoutSettings } from '../kit/docs/environment-without-settings';

const project = path.resolve(__dirname, '../..');
const snippets = documents().flatMap(snippetsOf);
const named = (of: readonly Snippet[]): [string, Snippet][] =>
  of.map((snippet) => [`${snippet.file}:${snippet.line}`, snippet]);

/** How the snippets of a language are checked; the first way is the one where no comment names another. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  ts: ['compiles', 'synthesizes'],
  sh: ['parses', 'runs'],
  json: ['parses'],
  yaml: ['parses', 'inventory'],
};

const checkedAs = (language: string, way: string): [string, Snippet][] =>
  named(snippets.filter((snippet) => snippet.language === language && wayOf(snippet) === way));

function wayOf({ language, check }: Snippet): string | undefined {
  return check ?? WAYS[language]?.[0];
}

describe('reading snippets', () => {
  it('finds the language, the text and how it is checked', () => {
    const found = parse(
      'x.md',
      'a\n\n<!-- check: runs -->\n```sh\nls\n```\n\n- b\n  ```ts\n  if (x) {\n    y();\n  }\n  ```\n',
    );
    expect(found).toMatchObject([
      { line: 4, language: 'sh', text: 'ls', check: 'runs' },
      { line: 9, language: 'ts', text: 'if (x) {\n  y();\n}', check: undefined },
    ]);
  });

  it('refuses a fence that is never closed', () => {
    expect(() => parse('x.md', '```sh\nls\n')).toThrow('x.md:1: the fence is never closed');
  });
});

describe('the snippets of README and docs', () => {
  requireTool('go');
  const directory = temporaryDirectory('snippets');
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

  beforeAll(() => {
    buildGoPrograms(['linux-x64']);
    // A project of a user: the packages it would install, and a program of its own.
    fs.mkdirSync(path.join(directory, 'node_modules'));
    for (const name of ['cdktf', 'constructs', '@cdktf', '@types', 'typescript']) {
      fs.symlinkSync(path.join(project, 'node_modules', name), path.join(directory, 'node_modules', name));
    }
    fs.symlinkSync(project, path.join(directory, 'node_modules/sandpiper'));
    fs.mkdirSync(path.join(directory, 'bin'));
    fs.copyFileSync(builtProgram('user-api', 'linux-x64'), path.join(directory, 'bin/user-api'));
  }, 300_000);

  it('are written in a language that is checked, in a way that exists', () => {
    const unknown = named(snippets)
      .filter(([, { language, check }]) =>
        WAYS[language] === undefined ? check !== undefined : check !== undefined && !WAYS[language].includes(check),
      )
      .map(([where, { language, check }]) => `${where}: ${language} ${check}`);
    expect(unknown).toEqual([]);
    const names = new Set(snippets.map(({ language }) => language));
    // Plain output and pictures are all that is not checked here.
    expect(
      [...names].filter((name) => WAYS[name] === undefined && !['', 'text', 'mermaid', 'console'].includes(name)),
    ).toEqual([]);
  });

  it('compile, where they are TypeScript', () => {
    const sources = snippets.filter(({ language }) => language === 'ts');
    sources.forEach(({ text }, index) =>
      fs.writeFileSync(path.join(directory, `snippet-${index}.ts`), `${text}\nexport {};\n`),
    );
    const configuration = {
      extends: path.join(project, 'tsconfig.json'),
      compilerOptions: {
        noEmit: true,
        incremental: false,
        declaration: false,
        rootDir: '/',
        types: ['node'],
        baseUrl: project,
        paths: {
          sandpiper: ['modules/index'],
          'sandpiper/modules/*': ['modules/*'],
          'sandpiper/contracts': ['contracts/index'],
        },
        typeRoots: [path.join(project, 'node_modules/@types')],
      },
      include: [path.join(directory, 'snippet-*.ts')],
    };
    fs.writeFileSync(path.join(directory, 'tsconfig.json'), JSON.stringify(configuration));
    const { stdout } = spawnSync(
      process.execPath,
      [path.join(project, 'node_modules/typescript/bin/tsc'), '-p', directory],
      { encoding: 'utf8' },
    );
    const explained = stdout.replace(/\S*snippet-(\d+)\.ts\((\d+)/g, (_whole, index: string, line: string) => {
      const snippet = sources[Number(index)];
      return `${snippet?.file}(${(snippet?.line ?? 0) + Number(line)}`;
    });
    expect(explained).toBe('');
  }, 120_000);

  it.each(checkedAs('ts', 'synthesizes'))(
    '%s synthesizes',
    (_where, snippet) => {
      const { text } = snippet;
      const output = fs.mkdtempSync(path.join(directory, 'out-'));
      const script = path.join(directory, `${path.basename(output)}.js`);
      fs.writeFileSync(script, transformSync(text, { loader: 'ts', format: 'cjs', target: 'node20' }).code);
      const run = spawnSync(process.execPath, [script], {
        cwd: directory,
        encoding: 'utf8',
        env: { ...environmentWithoutSettings(), CDKTF_OUTDIR: output },
      });
      expect(run.stderr).toBe('');
      const [stack] = fs.readdirSync(path.join(output, 'stacks'));
      const synthesized = JSON.parse(
        fs.readFileSync(path.join(output, 'stacks', stack ?? '', 'cdk.tf.json'), 'utf8'),
      ) as SynthesizedStack;
      expect(Object.keys(synthesized.resource).length).toBeGreaterThan(10);
      const next = snippets[snippets.indexOf(snippet) + 1];
      if (next?.check !== 'inventory') return;
      const written = parseYaml(next.text) as Inventory;
      expect(inventoryOf(synthesized, written)).toEqual(written);
    },
    60_000,
  );

  it.each(named(snippets.filter(({ language }) => language === 'sh')))('%s is valid shell', (_where, { text }) => {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.each(checkedAs('sh', 'runs'))(
    '%s runs',
    (_where, { text }) => {
      const run = spawnSync('sh', ['-eu'], {
        cwd: project,
        input: text,
        encoding: 'utf8',
        env: environmentWithoutSettings(),
      });
      expect({ status: run.status, stderr: run.status === 0 ? '' : run.stderr }).toEqual({ status: 0, stderr: '' });
    },
    180_000,
  );

  it('has an inventory behind what it synthesizes only', () => {
    const behind = snippets.filter((_snippet, index) => snippets[index + 1]?.check === 'inventory');
    expect(behind.length).toBeGreaterThan(4);
    expect(behind.filter((snippet) => wayOf(snippet) !== 'synthesizes')).toEqual([]);
  });

  it.each(checkedAs('json', 'parses'))('%s is JSON', (_where, { text }) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it.each(checkedAs('yaml', 'parses'))('%s is YAML', (_where, { text }) => {
    expect(() => parseYaml(text) as unknown).not.toThrow();
  });
});

describe('the links of README and docs', () => {
  const anchor = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-');

  it.each(documents().map((file) => [file]))('%s links to what exists', (file) => {
    const text = fs.readFileSync(path.join(project, file), 'utf8').replace(/^ *```[\s\S]*?^ *```/gm, '');
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^[a-z]+:/.test(target)) return [];
      const [name = '', fragment] = target.split('#');
      const to = path.join(project, name === '' ? file : path.join(path.dirname(file), name));
      if (!fs.existsSync(to)) return [target];
      if (fragment === undefined) return [];
      const headings = [...fs.readFileSync(to, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        anchor(heading),
      );
      return headings.includes(fragment) ? [] : [target];
    });
    expect(broken).toEqual([]);
  });
});
