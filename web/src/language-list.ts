import type { OfferedVersion } from '../../services/gateway/service/job-service';

/** A language with its versions, newest first. */
export interface OfferedLanguage {
  readonly id: string;
  readonly name: string;
  readonly highlight: string;
  readonly aliases: readonly string[];
  readonly versions: readonly string[];
}

/** Groups what `GET /v1/languages` lists, in order of the names. */
export function groupByLanguage(offered: readonly OfferedVersion[]): OfferedLanguage[] {
  const byId = new Map<string, OfferedLanguage & { readonly versions: string[] }>();
  for (const { id, name, highlight, aliases, version } of offered) {
    const language = byId.get(id);
    if (language === undefined) byId.set(id, { id, name, highlight, aliases, versions: [version] });
    else if (!language.versions.includes(version)) language.versions.push(version);
  }
  return [...byId.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** A language by its id or an alias, in any case. */
export function findLanguage(languages: readonly OfferedLanguage[], name: string): OfferedLanguage | undefined {
  const wanted = name.toLowerCase();
  return languages.find(({ id, aliases }) => id === wanted || aliases.includes(wanted));
}
