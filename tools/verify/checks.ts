import { ask, askPlainly, handshake, type Target } from './probe';

/** One promise of a deployed service, and whether it was kept. */
export interface CheckResult {
  readonly check: string;
  readonly passed: boolean;
  /** What was seen. */
  readonly seen: string;
}

/** A check: what it is called, and what finds out. */
export type Check = readonly [string, () => Promise<Verdict>];

export interface VerifyOptions {
  /** A valid token. @default none - the checks that need one are left out */
  readonly token?: string;
  /** Slowest answer that passes, handshake and all. @default 2000 */
  readonly slowestMs?: number;
}

/** What a check found: passed, and what was seen. */
export type Verdict = readonly [boolean, string];

/** A certificate that ends sooner should have been renewed. */
const FEWEST_DAYS_LEFT = 14;
const SLOWEST_MS = 2000;

/** Spellings that lead to the health path for a program that decodes or normalizes what it is sent. */
export const HEALTH_SPELLINGS = [
  '/healthz',
  '/v1/../healthz',
  '/%68ealthz',
  '//healthz',
  '/healthz/',
  '/healthz;x=1',
  '/./healthz',
];

/** Runs every check of the user API: a table in the order of a request's own life. */
export function verify(
  target: Target,
  { token, slowestMs = SLOWEST_MS }: VerifyOptions,
): Promise<readonly CheckResult[]> {
  const user = '/v1/user';
  const checks: readonly Check[] = [
    ...frontChecks(target, user, slowestMs),
    ['GET / answers 404', () => answers(target, '/', 404)],
    ['no token answers 401', () => answers(target, user, 401, 'Required authorization token not found')],
    [
      'another scheme answers 401',
      () =>
        answers(target, user, 401, 'Authorization header format must be Bearer {token}', {
          authorization: 'Basic Z3Vlc3Q6Z3Vlc3Q=',
        }),
    ],
    [
      'a token that is none answers 401',
      () =>
        answers(target, user, 401, 'token contains an invalid number of segments', {
          authorization: 'Bearer nonsense',
        }),
    ],
    ['a forged token answers 401', () => answers(target, user, 401, 'signature is invalid', bearer(FORGED))],
    ...(token === undefined
      ? []
      : [['a valid token answers 200', () => welcomes(target, user, token)] satisfies Check]),
  ];
  return runChecks(checks);
}

/** What every service promises, whatever it serves: TLS, redirects, private health, time. @param path one that is public */
export function frontChecks(target: Target, path: string, slowestMs = SLOWEST_MS): readonly Check[] {
  return [
    ['TLS 1.0 is refused', () => refused(target, 'TLSv1')],
    ['TLS 1.1 is refused', () => refused(target, 'TLSv1.1')],
    ['TLS 1.2 is spoken', () => spoken(target, 'TLSv1.2')],
    ['TLS 1.3 is spoken', () => spoken(target, 'TLSv1.3')],
    ['the certificate is trusted and names the host', () => trusted(target)],
    ['the certificate lasts', () => lasts(target)],
    ['plain HTTP is redirected to HTTPS', () => redirected(target, `${path}?a=b`)],
    ...HEALTH_SPELLINGS.map((spelling): Check => [`GET ${spelling} answers 404`, () => answers(target, spelling, 404)]),
    ['HSTS is set', () => hsts(target, path)],
    ['an answer comes in time', () => inTime(target, path, slowestMs)],
  ];
}

/** One after the other; what a check throws is what it saw. */
export async function runChecks(checks: readonly Check[]): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const [check, run] of checks) {
    const [passed, seen] = await run().catch((error: Error): Verdict => [false, error.message]);
    results.push({ check, passed, seen });
  }
  return results;
}

/** Signed with a secret that no service has: the text "forged". */
const FORGED =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoibm9ib2R5In0.Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2VkLWZvcmc';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function refused(target: Target, version: 'TLSv1' | 'TLSv1.1'): Promise<Verdict> {
  try {
    const { protocol } = await handshake(target, version);
    return [false, `${protocol} was spoken`];
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    // Only an answer from the other side counts: a connection that failed says nothing about TLS.
    const isAnswer = /alert|ECONNRESET|disconnected|wrong version|unsupported protocol/i.test(`${code} ${message}`);
    return [isAnswer, isAnswer ? 'refused' : message];
  }
}

async function spoken(target: Target, version: 'TLSv1.2' | 'TLSv1.3'): Promise<Verdict> {
  const { protocol } = await handshake(target, version);
  return [protocol === version, protocol];
}

async function trusted(target: Target): Promise<Verdict> {
  const { problem } = await handshake(target);
  return [problem === undefined, problem ?? 'trusted'];
}

async function lasts(target: Target): Promise<Verdict> {
  const { daysLeft } = await handshake(target);
  return [daysLeft >= FEWEST_DAYS_LEFT, `${daysLeft} days left`];
}

async function redirected(target: Target, path: string): Promise<Verdict> {
  const { status, headers } = await askPlainly(target, path);
  const { location = 'nowhere' } = headers;
  const isRight = status === 301 && sameTarget(location, target, path);
  return [isRight, `${status} to ${location}`];
}

/** A load balancer writes the port out, `https://host:443/`, which means the same. */
function sameTarget(location: string, target: Target, path: string): boolean {
  try {
    const { protocol, host, pathname, search } = new URL(location);
    return protocol === 'https:' && host === target.url.host && `${pathname}${search}` === path;
  } catch {
    return false;
  }
}

/** Whether a path answers with a status, and with a body where one is given. */
export async function answers(
  target: Target,
  path: string,
  status: number,
  body?: string,
  headers?: Record<string, string>,
): Promise<Verdict> {
  const answer = await ask(target, path, headers);
  const isRight = answer.status === status && (body === undefined || answer.body.trim() === body);
  return [isRight, body === undefined ? String(answer.status) : `${answer.status} ${firstLine(answer.body)}`];
}

async function hsts(target: Target, path: string): Promise<Verdict> {
  const { headers } = await ask(target, path);
  const value = headers['strict-transport-security'];
  return [/max-age=[1-9]\d{6,}/.test(value ?? ''), value ?? 'absent'];
}

async function inTime(target: Target, path: string, slowestMs: number): Promise<Verdict> {
  const { milliseconds } = await ask(target, path);
  return [milliseconds <= slowestMs, `${milliseconds.toFixed(0)} ms, handshake and all`];
}

async function welcomes(target: Target, path: string, token: string): Promise<Verdict> {
  const { status, body } = await ask(target, path, bearer(token));
  const isUser = status === 200 && body.includes('"user_id"');
  // A user's data are nobody else's business: only the shape is told.
  return [isUser, isUser ? '200 with a user' : `${status} ${firstLine(body)}`];
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 80);
}
