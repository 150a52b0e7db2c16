import { NotKnown } from '../plan/not-known';
import { unread, CheckSkipped, type Check, type Finding, type Result } from './check';

/** A check that takes longer is given up: an account is read in a few seconds. */
const LONGEST_SECONDS = 30;

/** Looks at everything at once. A check that fails to look hides no other. */
export async function runChecks(checks: readonly Check[], longestSeconds = LONGEST_SECONDS): Promise<Result[]> {
  const findings = await Promise.all(
    checks.map(async ({ name, look }) => {
      const found = await inTime(look, longestSeconds);
      return found.map((finding) => ({ ...finding, check: finding.check ?? name }));
    }),
  );
  return findings.flat();
}

async function inTime(look: Check['look'], seconds: number): Promise<readonly Finding[]> {
  const given = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new CheckSkipped(`no answer in ${seconds} s`));
      given.abort();
    }, seconds * 1000);
  });
  try {
    return [await Promise.race([look(given.signal), late])].flat();
  } catch (error) {
    return [unread(wordsOf(error), error instanceof NotKnown ? error.fix : undefined)];
  } finally {
    clearTimeout(timer);
  }
}

/** An error in one line: its name where that says more than `Error`, its message, and what lies below a failed connection. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, cause } = error;
  const code = (error as NodeJS.ErrnoException).code ?? (cause as NodeJS.ErrnoException | undefined)?.code;
  const words = [
    ['Error', 'TypeError', 'CheckSkipped', 'NotKnown', 'GoogleError'].includes(name) ? '' : name,
    message,
    typeof code === 'string' && !message.includes(code) && code !== name ? code : '',
  ].filter((word) => word !== '');
  return words.join(': ').replace(/\s+/g, ' ');
}
