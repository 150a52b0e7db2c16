import * as os from 'node:os';
import * as path from 'node:path';
import type { RuntimeName } from '../../services/sandbox/runtime';
import { buildPage } from '../artifacts/build/page';
import { projectDirectory } from '../provision/project';
import { provisionRunsc } from '../provision/runsc';
import { probedHost } from './present-versions';
import { provideCrun, provideSandboxPrograms } from './sandbox-programs';

/** How to start the playground's process. */
export interface PlaygroundProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** URLs of queue and event store. */
export interface Engines {
  readonly queue: string;
  readonly events: string;
}

/** What the process may know of its surroundings, beside PATH: where caches are, how much to log, and how to reach SQS or Pub/Sub. */
const PASSED_ON = [
  ...['HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'LOG_LEVEL'],
  ...['SANDPIPER_DEAD_LETTERS', 'SANDPIPER_LEASE_SECONDS'],
  ...['PUBSUB_EMULATOR_HOST', 'GOOGLE_APPLICATION_CREDENTIALS'],
  'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
  ...['AWS_REGION', 'AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
];

/**
 * Does what is slow or needs a person before the process starts: packages, compilers, the page, the versions of the toolchains.
 *
 * @throws Failure when the sandbox runtime cannot be had
 */
export async function preparePlayground(runtime: RuntimeName, engines: Engines): Promise<PlaygroundProgram> {
  // The page is built meanwhile.
  const page = buildPage();
  page.catch(() => undefined);
  if (runtime === 'runsc') await provisionRunsc();
  else await provideCrun();
  await provideSandboxPrograms();
  await probedHost();
  const { directory } = await page;
  const slots = String(Math.max(2, os.availableParallelism()));
  return {
    program: process.execPath,
    args: [
      path.join(projectDirectory, 'dist/tools/local-runner/playground.js'),
      '--runtime',
      runtime,
      '--slots',
      slots,
      '--page',
      directory,
    ],
    environment: {
      ...Object.fromEntries(
        PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
      ),
      // It may hold a password, which no list of processes shows here.
      SANDPIPER_EVENTS: engines.events,
      SANDPIPER_QUEUE: engines.queue,
    },
  };
}
