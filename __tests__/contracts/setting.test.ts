import { SettingError, readSettings } from '../../services/program/read-settings';
import { defaultsOf, whole, type Setting } from '../../contracts/setting';
import { engineSettings } from '../../contracts/engine-settings';
import { gatewaySettings } from '../../contracts/gateway-settings';
import { runnerSettings } from '../../contracts/runner-settings';
import { programEnvironment } from '../../modules/machine/program-environment';
import { InvalidPropError } from '../../modules/props/invalid-prop';
import { settingRows } from '../../tools/settings-tables';

describe('a setting is added by one row', () => {
  const table = {
    ...runnerSettings,
    retries: whole('SANDPIPER_RETRIES', { minimum: 0, maximum: 9, default: 3, doc: 'Attempts after the first.' }),
  };

  it('which a program reads, with its default and its range', () => {
    expect(readSettings(table, { SANDPIPER_MAXIMUM_JOB_SECONDS: '60' })).toMatchObject({
      retries: 3,
      maximumJobSeconds: 60,
    });
    expect(readSettings(table, { SANDPIPER_RETRIES: '9' }).retries).toBe(9);
    expect(() => readSettings(table, { SANDPIPER_RETRIES: '10' })).toThrow(
      new SettingError('SANDPIPER_RETRIES', '10', 'must be a whole number from 0 to 9'),
    );
  });

  it('which a construct writes, and refuses to write wrong', () => {
    expect(programEnvironment(table, { slots: 4, retries: 5 })).toEqual({
      SANDPIPER_SLOTS: '4',
      SANDPIPER_RETRIES: '5',
    });
    expect(() => programEnvironment(table, { retries: 10 })).toThrow(
      new InvalidPropError('SANDPIPER_RETRIES', 10, 'must be a whole number from 0 to 9'),
    );
  });

  it('which the documentation prints', () => {
    expect(settingRows(table)).toContain(
      '| `SANDPIPER_RETRIES` | a whole number from 0 to 9 | 3 | Attempts after the first. |',
    );
  });
});

describe.each(Object.entries({ engineSettings, gatewaySettings, runnerSettings }))(
  'every row of %s',
  (_name, table) => {
    const rows = Object.entries(table);

    it('has a name of its own', () => {
      const names = rows.map(([, { name }]) => name);
      expect(new Set(names).size).toBe(names.length);
    });

    it('reads what it prints of its default', () => {
      for (const [, row] of rows) {
        const { default: value, parse, print } = row as Setting<unknown>;
        if (value !== undefined) expect(parse(print(value))).toEqual(value);
      }
    });

    it('gives a program its defaults', () => expect(Object.keys(defaultsOf(table))).toEqual(rows.map(([key]) => key)));
  },
);
