import { setTimeout as sleep } from 'node:timers/promises';
import { selfTests } from '../../services/languages/self-test';
import type { Language } from '../../services/languages/schema';
import type { RunnerEvent } from '../../services/protocol/events';
import { runRemotely } from '../local-runner/remote';
import { answers, frontChecks, runChecks, type Check, type CheckResult, type Verdict } from './checks';
import { ask, type Target } from './probe';

export interface VerifyPlaygroundOptions {
  /** A valid token. @default none: the gateway must serve anonymous callers */
  readonly token?: string;
  /** File with the authority to trust, as the target's. @default none */
  readonly caFile?: string;
  /** Where the programs that are run come from; what is offered and not here is not tried. */
  readonly catalogue: readonly Language[];
}

/** The gateway's default lets one user submit a job each second (services/gateway/settings.ts). */
const PACE_MS = 1_000;

/** Nothing but a load balancer's own probe, or whoever stands on the machine, may see these. */
const PRIVATE_PATHS = ['/readyz', '/metrics'];

/** Runs every check of a playground's gateway, and one program in each of its languages through its WebSocket. */
export async function verifyPlayground(
  target: Target,
  options: VerifyPlaygroundOptions,
): Promise<readonly CheckResult[]> {
  const checks: readonly Check[] = [
    ...frontChecks(target, '/v1/languages'),
    ...PRIVATE_PATHS.map((path): Check => [`GET ${path} answers 404`, () => answers(target, path, 404)]),
    ['the page is served with a strict policy', () => servesPage(target)],
    ['a run that does not exist is not found', () => answersRun(target)],
  ];
  const results = await runChecks(checks);
  const languages = await offeredLanguages(target);
  if (languages instanceof Error) return [...results, failed('languages are offered', languages.message)];
  const known = options.catalogue.filter(({ id }) => languages.includes(id));
  const runs = known.map((language): Check => {
    // Not faster than a gateway lets one user be.
    const run = async (): Promise<Verdict> =>
      (await Promise.all([runsHello(target, language, options), sleep(PACE_MS)]))[0];
    return [`${language.id} runs`, run];
  });
  return [
    ...results,
    { check: 'languages are offered', passed: known.length > 0, seen: `${languages.length}` },
    ...(await runChecks(runs)),
  ];
}

async function offeredLanguages(target: Target): Promise<readonly string[] | Error> {
  try {
    const { status, body } = await ask(target, '/v1/languages');
    if (status !== 200) return new Error(`/v1/languages answers ${status}`);
    const { languages } = JSON.parse(body) as { readonly languages: readonly { readonly id: string }[] };
    return [...new Set(languages.map(({ id }) => id))];
  } catch (error) {
    return error as Error;
  }
}

async function servesPage(target: Target): Promise<Verdict> {
  const { status, headers } = await ask(target, '/');
  const policy = String(headers['content-security-policy'] ?? '');
  const isStrict = policy.includes("default-src 'none'") && !policy.includes('unsafe-');
  return [status === 200 && isStrict, `${status}, ${policy === '' ? 'no policy' : policy.slice(0, 60)}`];
}

/** A run that nobody has: not found, or a token is wanted first. Never an error of the server's. */
async function answersRun(target: Target): Promise<Verdict> {
  const { status } = await ask(target, '/v1/runs/none');
  return [[401, 404].includes(status), String(status)];
}

/** Accepted, queued, run in a sandbox, and its output sent back. */
async function runsHello(target: Target, language: Language, options: VerifyPlaygroundOptions): Promise<Verdict> {
  const { code: content, expect } = selfTests(language).find(({ name }) => name === 'hello')!;
  let output = '';
  const exit = await runRemotely({
    url: target.url.origin,
    token: options.token,
    ca: options.caFile,
    job: { language: language.id, files: [{ content }] },
    emit: (event: RunnerEvent) => {
      if (event.type === 'stdout') output += event.data;
    },
  });
  const isRight = exit.reason === 'ok' && exit.exitCode === 0 && output === expect.stdout;
  return [isRight, isRight ? output.trim() : `${exit.reason} ${exit.exitCode ?? ''} ${output.slice(0, 60)}`];
}

function failed(check: string, seen: string): CheckResult {
  return { check, passed: false, seen };
}
