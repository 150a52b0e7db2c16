import { LANGUAGE_ID } from './language-id';
import { GUARANTEES, LOG_LEVELS, MACHINES, RUNTIMES } from './names';
import { MAXIMUM_JOB_SECONDS } from './job-time';
import { list, oneOf, text, whole } from './setting';

/** What the runner (services/runner) reads from its environment, besides the rows of the engines. */
export const runnerSettings = {
  runtime: oneOf('SANDPIPER_RUNTIME', RUNTIMES, { default: 'runsc', doc: 'Sandbox runtime: `runsc` is gVisor.' }),
  runtimeProgram: text('SANDPIPER_RUNTIME_PROGRAM', {
    default: undefined,
    defaultText: 'from PATH',
    doc: 'Program of the runtime: its path, or its name on PATH.',
  }),
  sandboxPrograms: text('SANDPIPER_SANDBOX_PROGRAMS', {
    default: undefined,
    defaultText: '`bin` beside it',
    doc: 'Directory of the sandbox’s own programs.',
  }),
  acceptMissing: list('SANDPIPER_ACCEPT_MISSING', {
    of: GUARANTEES,
    default: [],
    doc: 'Guarantees of the [sandbox](sandbox.md) that this machine may leave out. A runner does not start where another is missing.',
  }),
  slots: whole('SANDPIPER_SLOTS', {
    minimum: 1,
    maximum: 1000,
    default: undefined,
    defaultText: 'processors',
    doc: 'Jobs at once.',
  }),
  warm: whole('SANDPIPER_WARM', { minimum: 0, maximum: 1000, default: 4, doc: 'Sandboxes that wait, at most.' }),
  hotLanguages: list('SANDPIPER_HOT_LANGUAGES', {
    form: { pattern: LANGUAGE_ID, allowed: 'ids of languages' },
    default: undefined,
    defaultText: 'those that the catalogue marks',
    doc: 'Languages that the waiting sandboxes are first made for.',
  }),
  leaseSeconds: whole('SANDPIPER_LEASE_SECONDS', {
    minimum: 10,
    maximum: 600,
    unit: 's',
    default: 30,
    doc: 'A job of a runner that died starts again after this time.',
  }),
  maximumJobSeconds: whole('SANDPIPER_MAXIMUM_JOB_SECONDS', {
    ...MAXIMUM_JOB_SECONDS,
    unit: 's',
    doc: 'The longest that a job may take, compile and run together. The time limits of a language that allow more are lowered in proportion.',
  }),
  drainSeconds: whole('SANDPIPER_DRAIN_SECONDS', {
    minimum: 0,
    maximum: 3600,
    unit: 's',
    default: 20,
    doc: 'After SIGTERM: how long running jobs have to end before they are released to another runner.',
  }),
  adminPort: whole('SANDPIPER_ADMIN_PORT', {
    minimum: 0,
    maximum: 65_535,
    default: undefined,
    doc: 'Port of `/readyz` and `/metrics`, on the loopback address.',
  }),
  logLevel: oneOf('LOG_LEVEL', LOG_LEVELS, { default: 'info', doc: 'How much is logged.' }),
  languagesFile: text('SANDPIPER_LANGUAGES', {
    default: undefined,
    defaultText: 'the toolchains are asked',
    doc: 'File that `./sandpiper languages --save` writes: the languages that are offered.',
  }),
  catalogueDirectory: text('SANDPIPER_CATALOGUE', {
    default: undefined,
    doc: 'Directory of the catalogue of languages, read without `SANDPIPER_LANGUAGES`.',
  }),
  toolchainsDirectory: text('SANDPIPER_TOOLCHAINS', {
    default: '/opt/toolchains',
    doc: 'Directory of the toolchains that are not below /usr.',
  }),
  imagesDirectory: text('SANDPIPER_IMAGES', {
    default: undefined,
    defaultText: 'the machine’s own toolchains',
    doc: 'Directory of the built images that jobs run in.',
  }),
  imageSource: text('SANDPIPER_IMAGE_SOURCE', {
    default: undefined,
    doc: '`s3://<bucket>/<region>` or `gs://<bucket>`: where an image comes from when a job first asks for it.',
  }),
  imageListFile: text('SANDPIPER_IMAGE_LIST', {
    default: undefined,
    doc: 'File that lists the images of the source; it lies in the archive of the runner.',
  }),
  runnerId: text('SANDPIPER_RUNNER_ID', {
    default: undefined,
    defaultText: 'host and process id',
    doc: 'Name of this runner in logs and claims.',
  }),
  machine: oneOf('SANDPIPER_MACHINE', MACHINES, {
    default: 'local',
    doc: 'Where the runner runs. With `aws` or `gcp` it drains when its machine is about to go, with `local` only on SIGTERM.',
  }),
  autoScalingGroup: text('SANDPIPER_AUTO_SCALING_GROUP', {
    default: undefined,
    doc: 'With `aws`: name of the machine’s own group. A busy machine is protected from scale-in.',
  }),
  lifecycleHook: text('SANDPIPER_LIFECYCLE_HOOK', {
    default: undefined,
    doc: 'With `aws`: name of the termination hook of the group. A drained machine completes it.',
  }),
};
