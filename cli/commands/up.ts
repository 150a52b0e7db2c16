import { Command, InvalidArgumentError, Option } from 'commander';
import { RootConstruct } from 'constructs';
import { LocalPlatform } from '../../modules/local/platform';
import { binary } from '../../modules/machine/artifact';
import { existing } from '../../modules/tls-service/secret-source';
import { Playground } from '../../modules/playground/playground';
import { PLAYGROUND, USER_API, userApi } from '../../stacks/application';
import { builtProgram, provideGoPrograms } from '../../tools/artifacts/build/go-programs';
import { dataDirectory } from '../../tools/provision/cache';
import { provisionGo } from '../../tools/provision/go';
import { tell } from '../../tools/provision/progress';
import { RUNTIMES } from '../../contracts/names';
import { nativeRuntime, type RuntimeName } from '../../services/sandbox/runtime';
import { buildPage } from '../../tools/artifacts/build/page';
import { ALL_IN_ONE, preparePlayground } from '../../tools/local-runner/prepare-playground';
import { Failure, missingTool } from '../../tools/failure';
import { signDemoToken } from '../../tools/token';

/** Signs the tokens of this machine's user API unless APP_JWT_SECRET is set. Everybody knows it: it protects nothing. */
const DEMO_SECRET = 'sekret';

const DAY_SECONDS = 24 * 60 * 60;

const HELP = `
Ports are also read from SANDPIPER_HTTPS_PORT and SANDPIPER_HTTP_PORT.
APP_JWT_SECRET is the secret of the user API; without it, a demo secret that everybody knows is used.`;

interface Options {
  readonly httpsPort: number;
  readonly httpPort: number;
  /** False with --no-playground. */
  readonly playground: boolean;
  readonly runtime: RuntimeName;
  readonly events: string;
  readonly queue: string;
}

/** `sandpiper up`: the application on this machine, behind TLS, until Ctrl-C. */
export function command(): Command {
  return new Command('up')
    .description('Serves the application over TLS on this machine, until Ctrl-C.')
    .option('--https-port <port>', 'port of the TLS front', parsePort, portSetting('SANDPIPER_HTTPS_PORT', 8443))
    .option('--http-port <port>', 'port that redirects to it', parsePort, portSetting('SANDPIPER_HTTP_PORT', 8080))
    .option('--no-playground', 'serve the user API alone')
    .addOption(new Option('--runtime <name>', 'sandbox runtime').choices(RUNTIMES).default(nativeRuntime()))
    .addOption(
      new Option('--events <url>', 'event store: memory:, or redis://host:port')
        .env('SANDPIPER_EVENTS')
        .default('memory:'),
    )
    .addOption(
      new Option(
        '--queue <url>',
        'job queue: memory:, the URL of an SQS queue, or pubsub://PROJECT/TOPIC/SUBSCRIPTION (with SANDPIPER_DEAD_LETTERS)',
      )
        .env('SANDPIPER_QUEUE')
        .default('memory:'),
    )
    .addHelpText('after', HELP)
    .action((options: Options) => up(options));
}

async function up({ playground: hasPlayground, runtime, events, queue, ...ports }: Options): Promise<void> {
  const userApiProgram = provideUserApi();
  userApiProgram.catch(() => undefined);
  // Both at once: one compiles while the other one's packages come.
  const environment = hasPlayground
    ? await preparePlayground(runtime, buildPage()).catch((error: Error) => {
        throw missingTool(`${error.message}\n(or without the playground: ./sandpiper up --no-playground)`);
      })
    : undefined;
  const program = await userApiProgram.catch((error: unknown) => {
    // The playground needs no Go.
    if (environment === undefined || !(error instanceof Failure)) throw error;
    tell(`without the user API: ${error.message}`);
    return undefined;
  });
  const secret = process.env.APP_JWT_SECRET || DEMO_SECRET;
  const root = new RootConstruct();
  const platform = new LocalPlatform(root, 'platform', {
    dataDirectory: dataDirectory('tls'),
    ...ports,
    events,
    queue,
    secrets: { APP_JWT_SECRET: secret },
    log: (line) => console.log(line),
  });
  if (program !== undefined)
    platform.tlsService(USER_API, userApi({ artifact: binary(program), jwtSecret: existing('APP_JWT_SECRET') }));
  if (environment !== undefined) {
    const [allInOne, ...args] = ALL_IN_ONE;
    new Playground(root, PLAYGROUND, {
      platform,
      gateway: binary(allInOne, args),
      jwtSecret: existing('APP_JWT_SECRET'),
      service: {
        environment,
        // Queue and event store may be in its memory.
        capacity: { minInstances: 1, maxInstances: 1 },
      },
      fleet: { runner: binary(allInOne, args) },
      allowAnonymous: true,
    });
  }
  const stopped = untilStopped();
  try {
    const { url, authorityFile, httpPort } = await platform.start().catch((error: Error) => {
      if (!error.message.startsWith(`${PLAYGROUND}:`)) throw error;
      throw new Failure(
        `${error.message} (its lines are above); ./sandpiper up --no-playground serves the user API alone`,
      );
    });
    announce({ url, authorityFile, httpPort, secret, hasPlayground, hasUserApi: program !== undefined });
    tell(`stopping (${await stopped}): finishing requests in flight`);
  } finally {
    await platform.stop();
  }
}

interface Told {
  readonly url: string;
  readonly authorityFile: string;
  readonly httpPort: number;
  readonly secret: string;
  readonly hasPlayground: boolean;
  readonly hasUserApi: boolean;
}

/** Path of the user API's program, built for this machine. @throws Failure where Go cannot be had */
async function provideUserApi(): Promise<string> {
  await provisionGo();
  await provideGoPrograms(['host'], [USER_API]);
  return builtProgram(USER_API, 'host');
}

function announce(told: Told): void {
  const { url, authorityFile, secret } = told;
  const token = signDemoToken(secret, DAY_SECONDS);
  const served = [
    `Serving ${told.hasUserApi ? `${url}/v1/user` : url} (and http://localhost:${told.httpPort}, which redirects). Ctrl-C stops.`,
    ...(told.hasPlayground ? [`The playground is at ${url}/, its reference at ${url}/docs.`] : []),
  ];
  const request = `  curl --cacert '${authorityFile}' -H 'Authorization: Bearer ${token}' ${url}/v1/user`;
  const demo = `The token is signed with the demo secret "${DEMO_SECRET}": set APP_JWT_SECRET for one of your own.`;
  const parts = [
    served.join('\n'),
    ...(told.hasUserApi ? [request] : []),
    [...(told.hasUserApi && secret === DEMO_SECRET ? [demo] : []), trustHint(authorityFile)].join('\n'),
  ];
  console.log(`\n${parts.join('\n\n')}\n\n`);
}

/** How to make the browsers of this system trust the local authority. */
function trustHint(file: string): string {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  const line =
    process.platform === 'darwin'
      ? `sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain '${file}'`
      : `${sudo}cp '${file}' /usr/local/share/ca-certificates/sandpiper.crt && ${sudo}update-ca-certificates`;
  return `To have this machine trust it: ${line}\n(Firefox and Chromium keep stores of their own: import the file there as an authority.)`;
}

/** Resolves with the signal that asks to stop. A second one stops at once. */
function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve(signal);
      });
    }
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new InvalidArgumentError('must be a port, 0 to 65535.');
  return port;
}

function portSetting(name: string, fallback: number): number {
  const text = process.env[name];
  return text === undefined || text === '' ? fallback : parsePort(text);
}
