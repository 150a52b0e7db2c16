import { UNKNOWN, isObject, type Value } from '../../kit/clouds/google-provider/dynamic-value';
import { planResource } from '../../kit/clouds/google-provider/planning';
import { loadProviderData, type Constraint } from '../../kit/clouds/google-provider/provider-data';
import { replacedPaths } from '../../kit/clouds/google-provider/replacement';
import { refuseWriteOnly, validateResource } from '../../kit/clouds/google-provider/validation';
import { valuesAt } from '../../kit/clouds/google-provider/value-path';
import { argumentOf, configWith, emptyParent, refusedValue, withPaths } from './rule-cases';

/** The provider's own functions whose logic is not known here. No stack uses what they check. */
const UNKNOWN_FUNCTIONS = [
  'OrEmpty(..)',
  'ValidateHourlyOnly',
  'ValidateRegexp(..)',
  'labelKeyValidator',
  'validateAvailabilitySli',
  'validateDatasetId',
  'validateDefaultTableExpirationMs',
  'validateHttpHeaders(..)',
  'validateMonitoringSloGoal',
];

interface Row extends Constraint {
  readonly type: string;
}

describe('every rule of the Google provider that is known', () => {
  const data = loadProviderData();
  const rows: readonly Row[] = Object.entries(data.constraints).flatMap(([type, constraints]) =>
    constraints.map((constraint) => ({ ...constraint, type })),
  );
  const schemaOf = ({ type }: Row) => data.resources[type]!;
  /** Rules that let pass what they should refuse. */
  const silent = (some: readonly Row[], refuses: (row: Row) => boolean) =>
    some.filter((row) => !refuses(row)).map(({ type, path }) => `${type}.${path}`);
  const refusedBy = (row: Row, config: Value, ...words: readonly string[]) =>
    validateResource(data, row.type, config).some(({ detail }) => words.every((word) => detail.includes(word)));

  it('is read: hundreds of each kind', () => {
    expect(rows.length).toBeGreaterThan(1500);
    expect(rows.filter(({ validate }) => validate).length).toBeGreaterThan(350);
  });

  it('refuses a wrong value, and names the argument', () => {
    const functions = new Set<string>();
    const passed = silent(
      rows.filter(({ validate }) => validate),
      (row) =>
        row.validate!.every((rule) => {
          const value = refusedValue(rule, argumentOf(row));
          if (value === undefined && rule.fn !== undefined) functions.add(rule.fn);
          return value !== undefined && refusedBy(row, configWith(schemaOf(row), row.path, value), argumentOf(row));
        }),
    );
    const unexplained = silent(
      rows.filter(({ type, path }) => passed.includes(`${type}.${path}`)),
      (row) => row.validate!.every(({ fn }) => fn === 'inline' || UNKNOWN_FUNCTIONS.includes(fn ?? '')),
    );
    expect(unexplained).toEqual([]);
    expect([...functions].filter((name) => name !== 'inline').sort()).toEqual(UNKNOWN_FUNCTIONS);
  });

  it('refuses what conflicts', () => {
    const pairs = rows
      .flatMap((row) => (row.conflicts_with ?? []).map((rival) => ({ ...row, conflicts_with: [rival] })))
      // Inside a block a rival is found by an index (`a.0.b`): one written without never is, by the real provider either.
      .filter(({ conflicts_with: [rival = ''] }) => !rival.includes('.') || rival.includes('.0.'));
    expect(pairs.length).toBeGreaterThan(60);
    expect(
      silent(pairs, (row) => {
        const [rival = ''] = row.conflicts_with!;
        const config = withPaths(configWith(schemaOf(row), row.path, 'x'), [rival], 'x');
        return refusedBy(row, config, row.path, `conflicts with ${rival}`);
      }),
    ).toEqual([]);
  });

  it('wants exactly one of a group', () => {
    const groups = rows.filter(({ exactly_one_of: group }) => (group?.length ?? 0) > 1);
    expect(groups.length).toBeGreaterThan(60);
    expect(
      silent(groups, (row) => {
        const none = refusedBy(row, emptyParent(row.path), argumentOf(row));
        const all = withPaths(emptyParent(row.path), row.exactly_one_of!, ['x']);
        return none && refusedBy(row, all, 'only one of', argumentOf(row));
      }),
    ).toEqual([]);
  });

  it('wants at least one of a group', () => {
    const groups = rows.filter(({ at_least_one_of: group }) => (group?.length ?? 0) > 0);
    expect(groups.length).toBeGreaterThan(250);
    expect(silent(groups, (row) => refusedBy(row, emptyParent(row.path), 'at least one of', argumentOf(row)))).toEqual(
      [],
    );
  });

  it('wants what belongs together', () => {
    const groups = rows.filter(({ required_with: group }) => (group?.length ?? 0) > 0);
    expect(groups.length).toBeGreaterThan(5);
    expect(
      silent(groups, (row) =>
        refusedBy(row, configWith(schemaOf(row), row.path, 'x'), row.path, `needs ${row.required_with![0]}`),
      ),
    ).toEqual([]);
  });

  it('counts elements', () => {
    const counted = rows.filter(({ max_items, min_items }) => max_items !== undefined || min_items !== undefined);
    expect(counted.length).toBeGreaterThan(15);
    expect(
      silent(counted, (row) => {
        const configOf = (count: number) => {
          const config = configWith(schemaOf(row), row.path, 'x');
          parentOf(config, row.path)[argumentOf(row)] = new Array<Value>(count).fill('x');
          return config;
        };
        const tooMany = row.max_items === undefined || refusedBy(row, configOf(row.max_items + 1), 'at most');
        const tooFew = row.min_items === undefined || refusedBy(row, configOf(row.min_items - 1), 'at least');
        return tooMany && tooFew;
      }),
    ).toEqual([]);
  });

  it('gives what is left out its default', () => {
    const withDefault = rows.filter((row) => row.default !== undefined && !row.path.includes('[]'));
    expect(withDefault.length).toBeGreaterThan(200);
    const provider = { project: 'demo-project', region: 'europe-west3', zone: 'europe-west3-a', defaultLabels: {} };
    expect(
      silent(withDefault, (row) => {
        const config = emptyParent(row.path);
        const { planned } = planResource(data, provider, row.type, { prior: null, proposed: config, config });
        return isObject(planned) && valuesAt(planned, row.path).some(({ value }) => value === row.default);
      }),
    ).toEqual([]);
  });

  it('replaces what cannot be changed', () => {
    const forced = rows.filter(({ force_new, path }) => force_new === true && path !== '');
    expect(forced.length).toBeGreaterThan(800);
    expect(
      silent(forced, (row) => {
        const { block } = schemaOf(row);
        const [before, after] = ['one', 'other'].map((value) => configWith(schemaOf(row), row.path, value));
        return (
          replacedPaths([row], block, before!, after!).length > 0 &&
          replacedPaths([row], block, before!, structuredClone(before!)).length === 0
        );
      }),
    ).toEqual([]);
  });

  it('keeps what may only be written out of the plan', () => {
    const writeOnly = rows.filter(({ write_only }) => write_only === true);
    expect(writeOnly.map(({ path }) => path)).toContain('secret_data_wo');
    expect(
      silent(writeOnly, (row) => {
        const config = configWith(schemaOf(row), row.path, 'sekret');
        const provider = { project: 'demo-project', defaultLabels: {} };
        const { planned } = planResource(data, provider, row.type, { prior: null, proposed: config, config });
        return !JSON.stringify(planned).includes('sekret');
      }),
    ).toEqual([]);
  });

  it('refuses what may only be written to a Terraform that would keep it', () => {
    const type = 'google_secret_manager_secret_version';
    const details = (config: Value) => refuseWriteOnly(data, type, config).map(({ detail }) => detail);
    expect(details({ secret_data_wo: 'sekret' })).toEqual([expect.stringContaining('secret_data_wo')]);
    expect(details({ secret_data_wo: UNKNOWN })).toEqual([expect.stringContaining('secret_data_wo')]);
    expect(details({ secret_data_wo: null, secret_data: 'sekret' })).toEqual([]);
  });
});

/** In place of the data, where it is absent and no test runs. */
function parentOf(config: Record<string, Value>, path: string): Record<string, Value> {
  return path
    .split('.')
    .slice(0, -1)
    .reduce<any>((place, name) => place[name][0], config);
}
