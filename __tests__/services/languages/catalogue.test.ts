import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { CatalogueError, readCatalogue } from '../../../services/languages/catalogue';
import { chooseVersion, UnknownLanguageError } from '../../../services/languages/choose-version';
import type { PresentVersion } from '../../../services/languages/host-toolchains';
import { JOB_VARIABLES } from '../../../services/languages/schema';
import { languageJsonSchema } from '../../../services/languages/json-schema';
import { satisfiesVersion, selfTests, versionNumber } from '../../../services/languages/self-test';

const directory = path.join(__dirname, '../../../languages');

describe('the catalogue', () => {
  const catalogue = readCatalogue(directory);

  it('has at least 30 languages, and at least three with two versions side by side', () => {
    expect(catalogue.length).toBeGreaterThanOrEqual(30);
    expect(catalogue.filter((language) => language.versions.length >= 2).length).toBeGreaterThanOrEqual(3);
  });

  it('publishes the JSON Schema it is checked against (mend with `npm run languages:schema`)', () => {
    expect(fs.readFileSync(path.join(directory, 'schema.json'), 'utf8')).toBe(languageJsonSchema());
  });

  it('gives every version the same nine self-tests, but for those that say why not', () => {
    const nine = ['hello', 'stdin', 'args', 'exitCode', 'runtimeError', 'compileError', 'utf8', 'version', 'live'];
    for (const language of catalogue) {
      for (const version of language.versions) {
        const names = selfTests(language, version).map(({ name }) => name);
        const isThere = (name: string) =>
          name === 'live' ? language.tests.live !== undefined : !(name in version.without);
        expect(names).toEqual(nine.filter(isThere));
      }
    }
  });

  it('says itself which language the page shows first and which are kept ready', () => {
    expect(catalogue.filter(({ isFirst }) => isFirst).map(({ id }) => id)).toEqual(['python']);
    expect(catalogue.filter(({ isHot }) => isHot).map(({ id }) => id)).toEqual(['bash', 'javascript', 'python']);
  });

  it('leaves no variable but those of a job', () => {
    const commands = catalogue.flatMap(({ versions }) =>
      versions.flatMap(({ compile = [], run }) => [...compile, ...run]),
    );
    const left = commands.flatMap((text) => [...text.matchAll(/\{([A-Za-z][\w.-]*)\}/g)].map(([, name]) => name));
    expect([...new Set(left)].filter((name) => !JOB_VARIABLES.includes(name!))).toEqual([]);
  });
});

describe('a wrong catalogue', () => {
  const bash = fs.readFileSync(path.join(directory, 'bash.yaml'), 'utf8');
  let scratch: string;
  beforeEach(() => (scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-catalogue-'))));
  afterEach(() => fs.rmSync(scratch, { recursive: true }));

  const read = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(scratch, name), text);
    return () => readCatalogue(scratch);
  };

  it('is refused with the file and the field', () => {
    expect(read({ 'bash.yaml': bash.replace('source: main.sh', 'source: ../main.sh') })).toThrow(
      /^bash\.yaml: source: /,
    );
  });

  it('is refused when an unknown field is named', () => {
    expect(read({ 'bash.yaml': `${bash}\ncolour: green\n` })).toThrow(/bash\.yaml: .*colour/);
  });

  it.each([
    [
      'an unknown variable',
      "run: [bash, '{source}']",
      "run: [bash, '{sauce}']",
      /run: \{sauce\} is no variable; there are source, /,
    ],
    [
      'a package without a version',
      'group: small, packages: [bash]',
      'npm: bash',
      /versions\.0: npm: "bash" must be a package at an exact/,
    ],
    ['a number that YAML shortens', "version: '5.2.37'", 'version: 5.10', /versions\.0\.version: /],
    ['a version twice', "version: '5.2.37'", "version: '5.2.15'", /versions: 5\.2\.15 is there twice/],
    ['a suite that does not exist', 'debian: bookworm', 'debian: woody', /versions\.1\.from\.debian: /],
    [
      'a test that is missing without a reason',
      /^ {2}utf8: .*\n.*\n/m,
      '',
      /tests\.utf8: is missing; `without` may say why/,
    ],
  ])('is refused for %s', (_, right, wrong, words) => {
    const changed = bash.replace(right, wrong);
    expect(changed).not.toBe(bash);
    expect(read({ 'bash.yaml': changed })).toThrow(words);
  });

  it('is refused when two languages want to be first', () => {
    const zsh = bash.replace('id: bash', 'id: zsh').replace(/aliases: .*/, 'aliases: []');
    const first = (text: string) => text.replace('hot: true', 'first: true');
    expect(read({ 'bash.yaml': first(bash), 'zsh.yaml': first(zsh) })).toThrow(/zsh\.yaml: first: another/);
  });

  it('is refused when the id is not the name of the file', () => {
    expect(read({ 'zsh.yaml': bash })).toThrow(CatalogueError);
  });

  it('is refused when two languages share a name', () => {
    expect(read({ 'bash.yaml': bash, 'zsh.yaml': bash.replace('id: bash', 'id: zsh') })).toThrow(
      /"sh" is taken by bash/,
    );
  });
});

describe('chooseVersion', () => {
  const languages = readCatalogue(directory);
  const present: PresentVersion[] = languages.flatMap((language) =>
    language.versions.map((version) => ({ language, version, exactVersion: `${version.version}.9` })),
  );
  const plain = languages.find(({ id }) => id === 'python')!;
  const science = { ...plain.versions[0]!, variant: 'science' };
  present.unshift({ language: plain, version: science, exactVersion: '3.13.9+science' });
  const [newest, older] = ['javascript', 'javascript'].map(
    (id, index) => present.filter(({ language }) => language.id === id)[index]!.exactVersion,
  );

  it.each([
    ['javascript', undefined, newest],
    ['JS', '*', newest],
    ['node', '22', older],
    ['node', older, older],
    ['javascript', '<23', older],
    ['javascript', '^22.0.0', older],
    ['lua', '5.1 - 5.3', '5.3.9'],
    ['python', '>=3.10 <3.13', '3.11.9'],
    ['python', undefined, '3.13.9'],
    ['python', '3.13+science', '3.13.9+science'],
    ['python', '*+science', '3.13.9+science'],
  ])('gives %s %s as %s', (language, version, exact) => {
    expect(chooseVersion(present, language, version).exactVersion).toBe(exact);
  });

  it('lists the versions that exist when the one asked for does not', () => {
    expect(() => chooseVersion(present, 'node', '3')).toThrow(
      `version: "3" of javascript is unknown; there are ${newest}, ${older}`,
    );
  });

  it('lists the languages that exist when the one asked for does not', () => {
    expect(() => chooseVersion(present, 'brainrot')).toThrow(UnknownLanguageError);
    expect(() => chooseVersion(present, 'brainrot')).toThrow(/there are ada, assembly, awk, bash/);
  });
});

describe('versions', () => {
  it.each([
    ['3.11.2', '3.11', true],
    ['3.11.2', '3', true],
    ['3.11.2', '3.1', false],
    ['12', '12', true],
  ])('%s satisfies %s: %s', (actual, wanted, expected) => {
    expect(satisfiesVersion(actual, wanted)).toBe(expected);
  });

  it('reads the number in a toolchain’s own words', () => {
    expect(versionNumber('gcc (Debian) 12.2.0')).toBe('12.2.0');
    expect(versionNumber('none')).toBeUndefined();
  });
});
