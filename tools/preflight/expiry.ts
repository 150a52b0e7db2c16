import { failed, warning, type Finding } from './check';

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is told of: ACM and Google renew theirs well before. */
const SOON_DAYS = 21;

/** What is wrong with a certificate's last day; undefined when nothing is. */
export function expiry(notAfter: Date | undefined, fix: string): Finding | undefined {
  if (notAfter === undefined) return undefined;
  const days = (notAfter.getTime() - Date.now()) / DAY_MS;
  const day = notAfter.toISOString().slice(0, 10);
  if (days < 0) return failed(`it expired on ${day}`, fix);
  return days < SOON_DAYS ? warning(`it expires on ${day}`, fix) : undefined;
}
