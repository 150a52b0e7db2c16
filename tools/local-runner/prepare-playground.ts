import * as path from 'node:path';
import { engineSettings } from '../../contracts/engine-settings';
import { gatewaySettings } from '../../contracts/gateway-settings';
import { runnerSettings } from '../../contracts/runner-settings';
import { programEnvironment } from '../../modules/machine/program-environment';
import { writeOfferedFile } from '../../services/languages/offered-file';
import type { PresentVersion } from '../../services/languages/host-toolchains';
import type { RuntimeName } from '../../services/sandbox/runtime';
import { cacheDirectory } from '../provision/cache';
import { projectDirectory } from '../provision/project';
import { toolchainsDirectory } from '../provision/toolchains';
import { checkCgroups, runtimeNamed } from './local-runner';
import { probedHost } from './present-versions';
import { provideSandboxPrograms } from '../provision/sandbox-programs';

type Variables = Readonly<Record<string, string>>;

/** The playground in one process, on this Node.js. */
export const ALL_IN_ONE = [process.execPath, path.join(projectDirectory, 'dist/services/all-in-one/main.js')] as const;

/** What the process may know of its surroundings, beside PATH: how much to log, and how to reach SQS or Pub/Sub. */
const PASSED_ON = [
  'HOME',
  ...[
    runnerSettings.logLevel,
    runnerSettings.acceptMissing,
    runnerSettings.leaseSeconds,
    engineSettings.deadLetters,
  ].map(({ name }) => name),
  ...['PUBSUB_EMULATOR_HOST', 'GOOGLE_APPLICATION_CREDENTIALS'],
  'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
  ...['AWS_REGION', 'AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  ...['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_HEADERS'],
];

/**
 * Settings of a runner that runs jobs with this machine's own toolchains; compiles and installs what is missing.
 *
 * @param languagesFile where to write what it offers
 * @throws Failure when the sandbox runtime cannot be had, or this machine misses a guarantee of a sandbox
 */
export async function localRunnerSettings(
  runtime: RuntimeName,
  versions: readonly PresentVersion[],
  languagesFile: string,
): Promise<Variables> {
  checkCgroups();
  const { program: runtimeProgram } = await runtimeNamed(runtime);
  writeOfferedFile(languagesFile, versions);
  return programEnvironment(runnerSettings, {
    runtime,
    runtimeProgram,
    sandboxPrograms: path.dirname((await provideSandboxPrograms()).init),
    toolchainsDirectory: toolchainsDirectory(),
    languagesFile,
  });
}

/**
 * Settings of {@link ALL_IN_ONE} on this machine, but for the engines. Does what is slow or needs a person before the process starts:
 * packages, compilers, the versions of the toolchains.
 *
 * @param page the built page, which may still be under way: what is slow here is done meanwhile
 * @throws Failure as {@link localRunnerSettings}
 */
export async function preparePlayground(
  runtime: RuntimeName,
  page: Promise<{ readonly directory: string }>,
): Promise<Variables> {
  page.catch(() => undefined);
  const { present } = await probedHost();
  const settings = await localRunnerSettings(runtime, present, cacheDirectory('offered.json'));
  const passedOn = PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return {
    ...programEnvironment(runnerSettings, { logLevel: 'warn' }),
    ...(Object.fromEntries(passedOn) as Variables),
    ...settings,
    ...programEnvironment(gatewaySettings, {
      pageDirectory: (await page).directory,
      // One person has this machine to themselves.
      jobBurst: 1_000,
      jobsPerSecond: 1_000,
      jobsPerUser: 200,
    }),
  };
}
