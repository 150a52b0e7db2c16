import { choice, flag, list, required, SettingError, text, wholeNumber } from '../../../services/program/environment';

describe('settings from the environment', () => {
  const limits = { minimum: 1, maximum: 10, fallback: 4 };

  it('take a variable that is empty as one that is absent', () => {
    expect(text({ A: '' }, 'A')).toBeUndefined();
    expect(() => required({ A: '' }, 'A', 'a name')).toThrow('A: is not set; it is a name');
    expect(wholeNumber({ A: '' }, 'A', limits)).toBe(4);
  });

  it.each(['0', '11', '1.5', '-1', ' 5', '1e1', 'five', '99999999999999999999'])(
    'refuse %j as a number from 1 to 10, by the name of the variable',
    (value) => {
      expect(() => wholeNumber({ SLOTS: value }, 'SLOTS', limits)).toThrow(
        new SettingError('SLOTS', value, 'must be a whole number from 1 to 10'),
      );
    },
  );

  it('take the ends of a range', () => {
    expect([wholeNumber({ A: '1' }, 'A', limits), wholeNumber({ A: '10' }, 'A', limits)]).toEqual([1, 10]);
  });

  it('refuse what is none of the choices, and say which there are', () => {
    expect(choice({ A: 'b' }, 'A', ['a', 'b'], 'a')).toBe('b');
    expect(choice({}, 'A', ['a', 'b'], 'a')).toBe('a');
    expect(() => choice({ A: 'c' }, 'A', ['a', 'b'], 'a')).toThrow('A: "c" must be one of a, b');
    expect(() => flag({ A: 'yes' }, 'A', true)).toThrow('A: "yes" must be one of true, false');
    expect([flag({}, 'A', true), flag({ A: 'false' }, 'A', true)]).toEqual([true, false]);
  });

  it('take lists with commas, spaces and nothing between them', () => {
    expect(list({ A: ' https://a.example, ,https://b.example ' }, 'A')).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
    expect(list({}, 'A')).toEqual([]);
  });
});
