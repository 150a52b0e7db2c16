import * as path from 'node:path';
import { readCatalogue } from '../../services/languages/catalogue';
import { highlightModes, loadHighlight } from '../../web/src/highlight';
import { findLanguage, groupByLanguage } from '../../web/src/language-list';
import { textOf } from '../../web/src/output-text';
import { ada, prolog } from '../../web/src/plain-modes';

const catalogue = readCatalogue(path.join(__dirname, '../../languages'));
const offer = (id: string, version: string) => ({
  ...{
    id,
    name: id.toUpperCase(),
    aliases: [`${id}-alias`],
    version,
    highlight: id,
    sourceFile: id,
    isCompiled: false,
  },
});

describe('the languages of the page', () => {
  it('are all coloured', () => {
    const wanted = [...new Set(catalogue.map(({ highlight }) => highlight))].sort();
    expect(wanted.filter((mode) => !highlightModes.includes(mode))).toEqual([]);
  });

  it.each([...highlightModes])('%s loads', async (mode) => {
    expect(await loadHighlight(mode)).toHaveProperty('extension');
  });

  it('that the page does not know are not coloured, and work', async () => {
    expect(await loadHighlight('klingon')).toEqual([]);
  });

  it('are grouped with their versions, by name, and found by alias', () => {
    const languages = groupByLanguage([offer('z', '1'), offer('b', '2'), offer('b', '1'), offer('b', '2')]);
    expect(languages.map(({ id, versions }) => [id, versions])).toEqual([
      ['b', ['2', '1']],
      ['z', ['1']],
    ]);
    expect(findLanguage(languages, 'B-Alias')?.id).toBe('b');
    expect(findLanguage(languages, 'c')).toBeUndefined();
  });
});

describe('a plain mode', () => {
  it.each([
    ['keyword', ada, 'PROCEDURE x'],
    ['variable', ada, 'procedures'],
    ['comment', ada, '-- procedure'],
    ['string', ada, '"a"'],
    ['number', ada, '16#FF#'],
    ['keyword', prolog, 'is'],
    ['atom', prolog, ':- x'],
    ['comment', prolog, '% x'],
  ])('finds a %s', async (kind, mode, line) => {
    const { StringStream } = await import('@codemirror/language');
    expect(mode.token(new StringStream(line, 4, 4), {})).toBe(kind);
  });
});

describe('output', () => {
  it('is text, or bytes in base64', () => {
    expect(textOf({ data: 'aGk=' })).toBe('aGk=');
    expect(textOf({ data: 'aGk=', encoding: 'base64' })).toBe('hi');
    expect(textOf({ data: '/w==', encoding: 'base64' })).toBe('\uFFFD');
  });
});
