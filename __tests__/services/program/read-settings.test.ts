import { flag, list, oneOf, text, whole, withDefault } from '../../../contracts/setting';
import { readSetting, readSettings, SettingError } from '../../../services/program/read-settings';

const doc = 'What it is for.';

describe('settings from the environment', () => {
  const slots = whole('SLOTS', { minimum: 1, maximum: 10, default: 4, doc });

  it('take a variable that is empty as one that is absent', () => {
    expect(readSetting(slots, { SLOTS: '' })).toBe(4);
    expect(readSetting(whole('SLOTS', { minimum: 1, maximum: 10, default: undefined, doc }), {})).toBeUndefined();
  });

  it('say which is missing, and what it is for', () => {
    expect(() => readSettings({ url: text('URL', { doc }) }, { URL: '' })).toThrow(
      'URL: is not set; it is required: What it is for.',
    );
    expect(readSetting(withDefault(text('URL', { doc }), 'memory:'), {})).toBe('memory:');
  });

  it.each(['0', '11', '1.5', '-1', ' 5', '1e1', 'five', '99999999999999999999'])(
    'refuse %j as a number from 1 to 10, by the name of the variable',
    (value) => {
      expect(() => readSettings({ slots }, { SLOTS: value })).toThrow(
        new SettingError('SLOTS', value, 'must be a whole number from 1 to 10'),
      );
    },
  );

  it('take the ends of a range', () => {
    expect([readSetting(slots, { SLOTS: '1' }), readSetting(slots, { SLOTS: '10' })]).toEqual([1, 10]);
  });

  it('refuse what is none of the choices, and say which there are', () => {
    const letter = oneOf('A', ['a', 'b'], { default: 'a', doc });
    expect(readSettings({ letter }, { A: 'b' })).toEqual({ letter: 'b' });
    expect(readSettings({ letter }, {})).toEqual({ letter: 'a' });
    expect(() => readSettings({ letter }, { A: 'c' })).toThrow('A: "c" must be one of a, b');
    const isOn = flag('A', { default: true, doc });
    expect(() => readSettings({ isOn }, { A: 'yes' })).toThrow('A: "yes" must be one of true, false');
    expect([readSetting(isOn, {}), readSetting(isOn, { A: 'false' })]).toEqual([true, false]);
  });

  it('take lists with commas, spaces and nothing between them; a comma alone is the empty list', () => {
    const origins = list('A', { default: ['x'], doc });
    expect(readSetting(origins, { A: ' https://a.example, ,https://b.example ' })).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
    expect(readSetting(origins, {})).toEqual(['x']);
    expect(readSetting(origins, { A: ',' })).toEqual([]);
    expect(origins.print([])).toBe(',');
  });

  it('refuse a word of a list that is none of its words', () => {
    const letters = list('A', { of: ['a', 'b'], default: [], doc });
    expect(() => readSettings({ letters }, { A: 'a,c' })).toThrow('A: "a,c" must be words of a, b, with commas');
  });
});
