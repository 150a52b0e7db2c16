const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** A number of bytes for people, such as `12.3 MB`. */
export function inWords(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`;
}
