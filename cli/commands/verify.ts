import { Command } from 'commander';
import { exitCodes, Failure, wrongUsage } from '../../tools/failure';
import { readCa } from '../../tools/read-ca';
import { formatTable } from '../../tools/table';
import { signDemoToken } from '../../tools/token';
import { verify, type CheckResult } from '../../tools/verify/checks';
import type { Target } from '../../tools/verify/probe';

const TIMEOUT_MS = 10_000;
const TOKEN_SECONDS = 300;

const HELP = `
With --token-env or --secret-env, a request with a valid token is made too. Both name an environment variable, so that
neither token nor secret stands in the shell's history.

Exit code 0: every check passed. 1: at least one failed.`;

interface Options {
  readonly ca?: string;
  readonly httpPort?: string;
  readonly tokenEnv?: string;
  readonly secretEnv?: string;
  readonly json?: boolean;
  readonly playground?: boolean;
}

/** `sandpiper verify URL`: looks at a deployed user API, or a playground, from outside. */
export function command(): Command {
  return new Command('verify')
    .description('Checks a deployed service from outside: TLS, redirects, private paths, tokens, time.')
    .argument('<url>', 'such as https://user-api.example.com')
    .option('--ca <file>', 'PEM of an authority to trust besides the system’s')
    .option('--http-port <port>', 'port of plain HTTP (default: 80; 8080 beside 8443)')
    .option('--token-env <name>', 'environment variable that holds a valid token')
    .option('--secret-env <name>', 'environment variable that holds the secret to sign one with')
    .option('--playground', 'check a playground, not a user API: its front, its page, and a program in each language')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (url: string, options: Options) => {
      const results = await resultsOf(targetOf(url, options), options);
      const failed = results.filter(({ passed }) => !passed).length;
      if (options.json) {
        console.log(JSON.stringify({ url, passed: failed === 0, results }, null, 2));
      } else {
        const rows = results.map(({ check, passed, seen }) => [passed ? 'ok' : 'FAILED', check, seen]);
        console.log(formatTable(['', 'check', 'seen'], rows));
      }
      if (failed > 0) throw new Failure(`${failed} of ${results.length} checks failed`, exitCodes.failed);
    });
}

function resultsOf(target: Target, options: Options): Promise<readonly CheckResult[]> {
  const token = tokenOf(options);
  if (!options.playground) return verify(target, { token });
  // Loaded here: the user API's checks need none of it.
  const { verifyPlayground } =
    require('../../tools/verify/playground') as typeof import('../../tools/verify/playground');
  const { catalogue } = require('../../tools/provision/catalogue') as typeof import('../../tools/provision/catalogue');
  return verifyPlayground(target, { token, caFile: options.ca, catalogue: catalogue() });
}

function targetOf(text: string, options: Options): Target {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrongUsage(`url: ${JSON.stringify(text)} is no URL, such as https://user-api.example.com`);
  }
  if (url.protocol !== 'https:') throw wrongUsage(`url: ${JSON.stringify(text)} must begin with https://`);
  const httpPort = Number(options.httpPort ?? (url.port === '8443' ? 8080 : 80));
  if (!Number.isInteger(httpPort) || httpPort < 1 || httpPort > 65535) {
    throw wrongUsage(`--http-port: ${JSON.stringify(options.httpPort)} must be a port, 1 to 65535`);
  }
  return { url, httpPort, ca: options.ca === undefined ? undefined : readCa(options.ca), timeoutMs: TIMEOUT_MS };
}

function tokenOf({ tokenEnv, secretEnv }: Options): string | undefined {
  if (tokenEnv !== undefined && secretEnv !== undefined) throw wrongUsage('give --token-env or --secret-env, not both');
  if (tokenEnv !== undefined) return environmentValue('--token-env', tokenEnv);
  return secretEnv === undefined
    ? undefined
    : signDemoToken(environmentValue('--secret-env', secretEnv), TOKEN_SECONDS);
}

function environmentValue(option: string, name: string): string {
  const value = process.env[name];
  if (!value) throw wrongUsage(`${option}: the environment variable ${JSON.stringify(name)} is not set`);
  return value;
}
