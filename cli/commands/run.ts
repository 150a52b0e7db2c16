import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { chooseVersion, UnknownLanguageError } from '../../services/languages/choose-version';
import { entriesOf, hostEntries, probeHost, type PresentVersion } from '../../services/languages/host-toolchains';
import { checkOptions, OptionError } from '../../services/languages/options';
import type { Language } from '../../services/languages/schema';
import { satisfiesVersion } from '../../services/languages/self-test';
import type { ExitEvent, RunnerEvent } from '../../services/protocol/events';
import { firstIssue } from '../../services/protocol/first-issue';
import { jobSchema, type Job } from '../../services/protocol/job';
import { runJob } from '../../services/sandbox/job';
import { RUNTIMES } from '../../contracts/names';
import { nativeRuntime, type RuntimeName } from '../../services/sandbox/runtime';
import { Failure, wrongUsage } from '../../tools/failure';
import { buildImage, isMadeOfPackages } from '../../tools/artifacts/images/build';
import { builtImage, builtHere, imageStore, withBuilt } from '../../tools/artifacts/images/built';
import type { BuiltVersion } from '../../services/languages/built-versions';
import { openImageRunner, type ImageRunner } from '../../tools/artifacts/images/image-runner';
import type { WantedImage } from '../../tools/artifacts/images/wanted';
import { provisionDebian } from '../../tools/provision/debian';
import { provisionToolchains, toolchainsDirectory } from '../../tools/provision/toolchains';
import { languageNamed, languageOfFile } from '../../tools/local-runner/language-of';
import { openLocalRunner } from '../../tools/local-runner/local-runner';
import { catalogue } from '../../tools/provision/catalogue';
import { runRemotely } from '../../tools/local-runner/remote';

/** What shells' `timeout` ends with. */
const TIMEOUT_EXIT_CODE = 124;

const HELP = `
Standard input goes to the program, unless the code itself comes from there (-). Output is shown as it comes.

The exit code is the program's own; 128 and the signal's number when a signal ended it, ${TIMEOUT_EXIT_CODE} when time ran out, 1 when
another limit did. With --json, every event is a line of JSON on standard output.`;

interface Options {
  readonly language?: string;
  readonly version?: string;
  readonly image?: string;
  readonly arg: readonly string[];
  readonly compileOption: readonly string[];
  readonly runOption: readonly string[];
  readonly timeout?: number;
  readonly runtime: RuntimeName;
  readonly json?: boolean;
  readonly remote?: string;
  readonly token?: string;
  readonly ca?: string;
}

/** `sandpiper run`: one program in a single-use sandbox on this machine. */
export function command(): Command {
  const collect = (value: string, values: readonly string[]) => [...values, value];
  return new Command('run')
    .description('Runs a program in a single-use sandbox on this machine, with live output.')
    .argument('<file...>', 'the program, and files beside it; - reads the program from standard input')
    .option('-l, --language <name>', 'id or alias (default: by the ending of the file)')
    .option('--version <version>', 'exact version, its leading parts, a semver range or *')
    .option('--image <reference>', 'run in this built image: lua@5.4, or as `images list` shows it')
    .option('-a, --arg <text>', 'an argument for the program; repeat for more', collect, [])
    .option(
      '--compile-option <text>',
      'an option for the compiler, of those that the language allows; repeat',
      collect,
      [],
    )
    .option('--run-option <text>', 'the same for the interpreter: --run-option=-O', collect, [])
    .option('-t, --timeout <seconds>', 'time for the run, on the clock', parseSeconds)
    .addOption(new Option('--runtime <name>', 'sandbox runtime').choices(RUNTIMES).default(nativeRuntime()))
    .option('--json', 'print events as lines of JSON')
    .option('--remote <url>', 'run it on a gateway, such as https://localhost:8443, in place of this machine')
    .addOption(new Option('--token <jwt>', 'token for the gateway').env('SANDPIPER_TOKEN'))
    .option('--ca <file>', 'authority that signed the gateway’s certificate (default: the system’s, and `up`’s own)')
    .addHelpText('after', HELP)
    .action(async (files: readonly string[], options: Options) => {
      process.exitCode = await run(files, options);
    });
}

async function run(files: readonly string[], options: Options): Promise<number> {
  const [first] = files as [string];
  const { remote, token, ca } = options;
  if (remote !== undefined) {
    if (options.image !== undefined) throw wrongUsage('--image: a gateway has its own; leave out --image or --remote');
    // The gateway may know languages that this catalogue does not.
    const language = options.language ?? languageOfFile(catalogue(), first).id;
    const job = { ...jobOf(files, language, options), version: options.version };
    const input = first === '-' ? undefined : process.stdin;
    return exitCodeOf(await runRemotely({ url: remote, token, ca, job, input, emit: emitterOf(options) }));
  }
  const version = await versionOf(first, options);
  const job = jobOf(files, version.language.id, options);
  checkAllowed(job, version.language);
  const runner = await openVersion(version, options.runtime);
  try {
    const running = runJob({
      job,
      runtime: runner.runtime,
      sandboxPool: runner.sandboxPool,
      emit: emitterOf(options),
    });
    const cancel = () => running.cancel();
    process.once('SIGINT', cancel).once('SIGTERM', cancel);
    if (first !== '-') {
      process.stdin.on('data', (chunk: Buffer) => {
        process.stdin.pause();
        void running.writeStdin(chunk).then(() => process.stdin.resume());
      });
      process.stdin.on('end', () => running.closeStdin());
    }
    return exitCodeOf(await running.ended);
  } finally {
    process.stdin.destroy();
    await runner.close();
  }
}

/** What a program is to run with: the image that is named, or a version of its language that is there. */
async function versionOf(file: string, { language, version, image }: Options): Promise<PresentVersion | BuiltVersion> {
  const languages = catalogue();
  const meant = () => (language === undefined ? languageOfFile(languages, file) : languageNamed(languages, language));
  if (image === undefined) return presentVersion(meant().id, version);
  const built = builtImage(languages, image);
  if (version !== undefined) throw wrongUsage('--version: an image has one; leave out --version or --image');
  if (language !== undefined && meant() !== built.language)
    throw wrongUsage(`--image: ${JSON.stringify(image)} is of ${built.language.id}, not of ${meant().id}`);
  return built;
}

async function openVersion(version: PresentVersion | BuiltVersion, runtime: RuntimeName): Promise<ImageRunner> {
  if ('manifest' in version) return openImageRunner(imageStore(), version.manifest, version, runtime);
  const { runtimes, ...runner } = await openLocalRunner({ runtime, versions: [version], warm: 0 });
  return { ...runner, runtime: runtimes[0]! };
}

/**
 * Installs what this machine's own packages can give of the versions that may be meant; where they give none, builds the image of
 * the newest. Without a wish, one is enough.
 */
async function provide(all: readonly WantedImage[], wanted: string | undefined): Promise<void> {
  const [number = ''] = (wanted ?? '').split('+');
  const asked = all.filter(({ version }) => {
    return satisfiesVersion(number, version.version) || satisfiesVersion(version.version, number);
  });
  // A range may mean any of them.
  const open = asked.length > 0 ? asked : all;
  const ofHost = hostEntries(open);
  if (ofHost.length > 0) return provisionToolchains(wanted === undefined ? ofHost.slice(0, 1) : ofHost);
  const inImage = open.find(isMadeOfPackages);
  // Images are mounted, which only root may.
  if (inImage === undefined || process.getuid?.() !== 0) return;
  await provisionDebian(['images']);
  await buildImage(imageStore(), inImage, { kind: 'debian' });
}

/** The version that was asked for, of toolchains and built images alike; where there is neither, it is installed or built. */
async function presentVersion(language: string, wanted: string | undefined): Promise<PresentVersion | BuiltVersion> {
  const entries = catalogue().filter(({ id }) => id === language);
  const look = async () => withBuilt((await probeHost(entries, toolchainsDirectory())).present, builtHere(entries));
  try {
    return chooseVersion(await look(), language, wanted);
  } catch (error) {
    if (!(error instanceof UnknownLanguageError)) throw error;
    await provide(entriesOf(entries), wanted);
  }
  try {
    return chooseVersion(await look(), language, wanted);
  } catch (error) {
    throw error instanceof UnknownLanguageError ? wrongUsage(error.message) : error;
  }
}

/** @throws Failure (wrong usage) naming the option that the language does not allow */
function checkAllowed(job: Job, language: Language): void {
  try {
    checkOptions(job, language);
  } catch (error) {
    throw error instanceof OptionError ? wrongUsage(error.message) : error;
  }
}

function jobOf(files: readonly string[], language: string, { arg, timeout, compileOption, runOption }: Options): Job {
  const sources = files.map((file) =>
    file === '-' ? { content: fs.readFileSync(0) } : { name: nameBeside(files[0]!, file), content: read(file) },
  );
  const parsed = jobSchema.safeParse({
    language,
    files: sources.map(({ content, ...rest }) => ({
      ...rest,
      content: content.toString('base64'),
      encoding: 'base64',
    })),
    args: arg,
    compileOptions: compileOption,
    runOptions: runOption,
    stdinOpen: files[0] !== '-',
    // A terminal shows bytes: what is not UTF-8 passes unchanged too.
    outputEncoding: 'base64',
    limits: timeout === undefined ? undefined : { run: { wallMs: timeout * 1000 } },
  });
  if (parsed.success) return parsed.data;
  throw wrongUsage(firstIssue(parsed.error));
}

/** As its directory has it where it lies below that of the first file: packages and headers keep theirs. */
function nameBeside(first: string, file: string): string {
  const relative = path.relative(path.dirname(first), file);
  return first === '-' || relative.startsWith('..') || path.isAbsolute(relative) ? path.basename(file) : relative;
}

function read(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw wrongUsage(`${file}: ${(error as Error).message}`);
  }
}

function emitterOf({ json }: Options): (event: RunnerEvent) => void {
  return json ? (event) => void process.stdout.write(`${JSON.stringify(event)}\n`) : show;
}

function show(event: RunnerEvent): void {
  if (event.type === 'stdout') process.stdout.write(Buffer.from(event.data, event.encoding));
  else if (event.type === 'stderr') process.stderr.write(Buffer.from(event.data, event.encoding));
}

function exitCodeOf({ reason, exitCode, signal, limit, message }: ExitEvent): number {
  if (reason === 'sandboxError') throw new Failure(`the sandbox failed: ${message}`);
  if (reason === 'ok' || reason === 'compileError') {
    return exitCode ?? 128 + (os.constants.signals[signal as NodeJS.Signals] ?? 0);
  }
  process.stderr.write(`sandpiper: ended: ${reason}${limit === undefined ? '' : ` (${limit})`}\n`);
  return reason === 'timeout' ? TIMEOUT_EXIT_CODE : 1;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 3600))
    throw new InvalidArgumentError('must be a number of seconds, above 0 to 3600.');
  return seconds;
}
