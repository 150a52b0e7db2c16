import { engineSettings } from '../contracts/engine-settings';
import { gatewaySettings } from '../contracts/gateway-settings';
import { runnerSettings } from '../contracts/runner-settings';
import type { SettingTable } from '../contracts/setting';

/** The tables that docs/settings.md prints, by the name in the markers around each. */
const TABLES: Readonly<Record<string, SettingTable>> = {
  engines: engineSettings,
  gateway: gatewaySettings,
  runner: runnerSettings,
};

/**
 * The page with its tables printed anew: what stands between `<!-- settings: NAME -->` and `<!-- end of settings -->`.
 *
 * @throws Error when a table has no markers, or markers name no table
 */
export function printSettings(page: string): string {
  const printed = new Set<string>();
  const result = page.replace(
    /(<!-- settings: (\S+) -->\n)[^]*?(<!-- end of settings -->)/g,
    (_, begin: string, name: string, end: string) => {
      const table = TABLES[name];
      if (table === undefined) throw new Error(`docs/settings.md: no table of settings is named ${name}`);
      printed.add(name);
      return `${begin}\n${settingRows(table)}\n\n${end}`;
    },
  );
  const missing = Object.keys(TABLES).find((name) => !printed.has(name));
  if (missing !== undefined) throw new Error(`docs/settings.md: nothing is marked with <!-- settings: ${missing} -->`);
  return result;
}

/** One table of Markdown: a row for each setting. */
export function settingRows(table: SettingTable): string {
  const rows = Object.values(table).map(
    ({ name, allowed, defaultText, doc }) =>
      `| \`${name}\` | ${allowed.replaceAll('<', '\\<')} | ${defaultText} | ${doc} |`,
  );
  return ['| environment | allowed | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}
