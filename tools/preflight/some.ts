/** Names that the table shows before it only counts. */
const SHOWN = 8;

/** The first of a list, and how many more there are. */
export function some(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more > 1 ? `${names.slice(0, SHOWN).join(', ')} and ${more} more (--json has all)` : names.join(', ');
}
