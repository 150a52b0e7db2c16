import * as os from 'node:os';
import pino from 'pino';
import { Command, Option } from 'commander';
import { openEventStore } from '../../services/engines/open-event-store';
import { openJobQueue } from '../../services/engines/open-job-queue';
import { openGateway } from '../../services/gateway/gateway';
import { piston } from '../../services/gateway/piston/piston';
import { defaultSettings } from '../../services/gateway/settings';
import { chooseVersion } from '../../services/languages/choose-version';
import type { PresentVersion } from '../../services/languages/host-toolchains';
import type { LanguageRuntime } from '../../services/runner/language-runtime';
import { startWorker } from '../../services/runner/worker/worker';
import type { RuntimeName } from '../../services/runner/sandbox/runtime';
import { openLocalRunner } from '../run/local-runner';
import { probedHost } from '../run/present-versions';

/**
 * The playground of this machine in one process: gateway, queue, event store and a runner. `./sandpiper up` starts it as the
 * program of a TLS service: it listens on PORT, uses the engines that SANDPIPER_QUEUE and
 * SANDPIPER_EVENTS name, and drains on SIGTERM.
 */

interface Options {
  readonly runtime: RuntimeName;
  readonly slots: number;
  /** Directory of the built page. */
  readonly page: string;
}

/** Started ahead: what most people try first. */
const WARM_LANGUAGES = ['python', 'javascript', 'bash'];
const WARM_SANDBOXES = 4;
/** The front gives as long (see playground() in stacks/application.ts); jobs that need longer are put back, and lost with the queue. */
const DRAIN_MS = 5_000;

async function main({ runtime, slots, page }: Options): Promise<void> {
  const { PORT, APP_JWT_SECRET: secret } = process.env;
  if (!PORT || !secret) throw new Error('PORT and APP_JWT_SECRET must be set');
  const logger = pino({ level: process.env.LOG_LEVEL || 'warn' }, pino.destination({ dest: 2, sync: true }));
  const log = (message: string, fields: Readonly<Record<string, unknown>>): void => logger.warn(fields, message);
  const { present: versions } = await probedHost();
  const runner = await openLocalRunner({ runtime, versions, warm: WARM_SANDBOXES });
  const { SANDPIPER_EVENTS, SANDPIPER_QUEUE, SANDPIPER_DEAD_LETTERS, SANDPIPER_LEASE_SECONDS } = process.env;
  const queue = openJobQueue(SANDPIPER_QUEUE || 'memory:', SANDPIPER_DEAD_LETTERS || undefined);
  const store = await openEventStore(SANDPIPER_EVENTS || 'memory:');
  const gateway = await openGateway({
    queue,
    store,
    versions,
    secret,
    settings: {
      ...defaultSettings,
      // One user has this machine to themselves; the front is the only proxy.
      allowAnonymous: true,
      trustedProxies: 1,
      slots,
      jobBurst: 1_000,
      jobsPerSecond: 1_000,
      maximumJobsPerOwner: 200,
    },
    host: '127.0.0.1',
    port: Number(PORT),
    pageDirectory: page,
    protocols: [piston],
    logger,
  });
  const runtimes = new Map(versions.map((version, index) => [keyOf(version), runner.runtimes[index]!]));
  const runtimeNamed = (language: string, version?: string): LanguageRuntime =>
    runtimes.get(keyOf(chooseVersion(versions, language, version)))!;
  const worker = startWorker({
    queue,
    store,
    supply: runner.supply,
    runtimeOf: ({ language, version }) => runtimeNamed(language, version),
    slots,
    runnerId: `local-${process.pid}`,
    leaseSeconds: Number(SANDPIPER_LEASE_SECONDS || 30),
    log,
  });
  const hot = WARM_LANGUAGES.filter((id) => versions.some(({ language }) => language.id === id));
  void runner.supply
    .warm(hot.map((id) => runtimeNamed(id)))
    .catch((error: unknown) => log('warming failed', { error: String(error) }));

  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await Promise.all([worker.drain(DRAIN_MS), gateway.close()]);
  await runner.close();
  await Promise.all([queue.close(), store.close()]);
}

function keyOf({ language, exactVersion }: PresentVersion): string {
  return `${language.id} ${exactVersion}`;
}

new Command()
  .addOption(new Option('--runtime <name>').choices(['crun', 'runsc']).default('crun'))
  .addOption(new Option('--slots <number>').argParser(Number).default(os.availableParallelism()))
  .requiredOption('--page <directory>')
  .action(async (options: Options) => {
    try {
      await main(options);
      process.exit(0);
    } catch (error) {
      console.error(`the playground could not start: ${(error as Error).message}`);
      console.error('./sandpiper up --no-playground serves the user API alone');
      process.exit(1);
    }
  })
  .parse();
