import * as os from 'node:os';
import { Command, Option } from 'commander';
import { openEventStore } from '../../services/engines/open-event-store';
import { openJobQueue } from '../../services/engines/open-job-queue';
import { choice, required, text, wholeNumber } from '../../services/program/environment';
import { openGateway } from '../../services/gateway/gateway';
import { piston } from '../../services/gateway/piston/piston';
import { defaultSettings } from '../../services/gateway/settings';
import { LOG_LEVELS, openLogger, waitForShutdownSignal } from '../../services/program/process-life';
import { HOT_LANGUAGES } from '../../services/runner/config';
import { startRunner } from '../../services/runner/runner';
import type { RuntimeName } from '../../services/sandbox/runtime';
import { startTracing } from '../../services/program/tracing';
import { openLocalRunner } from './local-runner';
import { probedHost } from './present-versions';

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

const WARM_SANDBOXES = 4;
/** The front gives as long (see gatewayService() in modules/playground); jobs that need longer are put back, and lost with the queue. */
const DRAIN_MS = 5_000;

async function main({ runtime, slots, page }: Options): Promise<void> {
  const { env } = process;
  const port = wholeNumber(env, 'PORT', { minimum: 0, maximum: 65_535, fallback: 0 });
  const secret = required(env, 'APP_JWT_SECRET', 'the secret that signs the users’ tokens');
  const logger = openLogger(choice(env, 'LOG_LEVEL', LOG_LEVELS, 'warn'));
  const tracing = startTracing('sandpiper-playground', env);
  const { present: versions } = await probedHost();
  const local = await openLocalRunner({ runtime, versions, warm: WARM_SANDBOXES });
  const queue = openJobQueue(text(env, 'SANDPIPER_QUEUE') ?? 'memory:', text(env, 'SANDPIPER_DEAD_LETTERS'));
  const store = await openEventStore(text(env, 'SANDPIPER_EVENTS') ?? 'memory:');
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
      drainMs: DRAIN_MS,
    },
    host: '127.0.0.1',
    port,
    pageDirectory: page,
    protocols: [piston],
    logger,
  });
  const runner = await startRunner({
    queue,
    store,
    sandboxPool: local.sandboxPool,
    offered: versions.map((version, index) => ({ version, prepare: async () => local.runtimes[index]! })),
    slots,
    runnerId: `local-${process.pid}`,
    leaseSeconds: wholeNumber(env, 'SANDPIPER_LEASE_SECONDS', { minimum: 10, maximum: 600, fallback: 30 }),
    hotLanguages: HOT_LANGUAGES,
    log: (message, fields) => logger.warn(fields, message),
  });
  await waitForShutdownSignal();
  await Promise.all([runner.drain(DRAIN_MS), gateway.close()]);
  await local.close();
  await Promise.all([queue.close(), store.close(), tracing.close()]);
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
