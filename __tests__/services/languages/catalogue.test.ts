import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { CatalogueError, readCatalogue } from '../../../services/languages/catalogue';
import { chooseVersion, UnknownLanguageError } from '../../../services/languages/choose-version';
import type { PresentVersion } from '../../../services/languages/host-toolchains';
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

  it('gives every language the same nine self-tests, but for what it cannot have', () => {
    for (const language of catalogue) {
      expect(selfTests(language).map((test) => test.name)).toEqual([
        'hello',
        'stdin',
        'args',
        'exitCode',
        'runtimeError',
        'compileError',
        'utf8',
        'version',
        // A script of SQLite asks nobody anything.
        ...(language.id === 'sqlite' ? [] : ['live']),
      ]);
    }
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

  it.each([
    ['javascript', undefined, '24.9'],
    ['JS', '*', '24.9'],
    ['node', '22', '22.9'],
    ['node', '22.9', '22.9'],
    ['javascript', '<23', '22.9'],
    ['javascript', '^22.0.0', '22.9'],
    ['lua', '5.1 - 5.3', '5.3.9'],
    ['python', '>=3.10 <4', '3.11.9'],
  ])('gives %s %s as %s', (language, version, exact) => {
    expect(chooseVersion(present, language, version).exactVersion).toBe(exact);
  });

  it('lists the versions that exist when the one asked for does not', () => {
    expect(() => chooseVersion(present, 'node', '18')).toThrow(
      'version: "18" of javascript is unknown; there are 24.9, 22.9',
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
