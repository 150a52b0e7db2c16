import { formatTable } from '../../table';

/** A setting of the bucket that was not as it should be, and is now. */
export interface Change {
  readonly setting: string;
  readonly was: string;
  readonly is: string;
}

/** What was done to a bucket, in words. */
export function describe(url: string, done: { readonly made: boolean; readonly changes: readonly Change[] }): string {
  if (done.made) return `${url}: made`;
  if (done.changes.length === 0) return `${url}: is as it should be; nothing was changed`;
  const rows = done.changes.map(({ setting, was, is }) => [setting, was, is]);
  return `${url}: changed\n${formatTable(['setting', 'was', 'is'], rows)}`;
}
