import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** How Terraform is run in one directory. */
export interface TerraformOptions {
  /** Environment variables besides PATH, HOME and proxies: nothing else of the test's environment reaches Terraform. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Values of input variables; given as `TF_VAR_<name>`, never on a command line. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Concurrent resource operations. @default 10 - Terraform's own */
  readonly parallelism?: number;
  /** Provider sources (`hashicorp/aws`) that are served through `TF_REATTACH_PROVIDERS`: taken from no mirror. @default none */
  readonly reattached?: readonly string[];
}

/** What one run of Terraform printed. */
export interface TerraformRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** A resource in `values` of {@link TerraformState} or `planned_values` of {@link TerraformPlan}. */
export interface ResourceValues {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly values: Readonly<Record<string, any>>;
}

/** One entry of a plan's `resource_changes`. */
export interface ResourceChange {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly change: {
    readonly actions: readonly ('no-op' | 'create' | 'read' | 'update' | 'delete')[];
    readonly before: Readonly<Record<string, any>> | null;
    readonly after: Readonly<Record<string, any>> | null;
    readonly after_unknown: any;
    readonly replace_paths?: readonly (readonly (string | number)[])[];
  };
}

/** `terraform show -json` of a plan: the parts that tests read. */
export interface TerraformPlan {
  readonly format_version: string;
  readonly terraform_version: string;
  readonly variables?: Readonly<Record<string, { readonly value?: unknown }>>;
  readonly planned_values: { readonly outputs?: Record<string, any>; readonly root_module: Module };
  readonly resource_changes?: readonly ResourceChange[];
  readonly output_changes?: Readonly<Record<string, any>>;
  readonly configuration: any;
  readonly prior_state?: any;
}

interface Module {
  readonly resources?: readonly ResourceValues[];
  readonly child_modules?: readonly Module[];
}

/** `terraform show -json` of the state. `values` is absent when nothing is there. */
export interface TerraformState {
  readonly format_version: string;
  readonly values?: { readonly outputs?: Record<string, { readonly value: any }>; readonly root_module: Module };
}

/** A plan: its file, what it would do, and its JSON. */
export interface Planned {
  readonly file: string;
  /** Whether applying it would change anything, outputs included. */
  readonly hasChanges: boolean;
  readonly json: TerraformPlan;
  readonly run: TerraformRun;
}

/** Terraform in one directory. Every call rejects with {@link TerraformError} when Terraform fails, unless it says otherwise. */
export interface Terraform {
  readonly directory: string;
  /** The same directory with other environment or variables on top. */
  with(options: TerraformOptions): Terraform;
  init(): Promise<TerraformRun>;
  validate(): Promise<TerraformRun>;
  plan(options?: {
    readonly destroy?: boolean;
    readonly file?: string;
    readonly args?: readonly string[];
  }): Promise<Planned>;
  /** Applies a plan file, or plans and applies at once. */
  apply(planFile?: string, args?: readonly string[]): Promise<TerraformRun>;
  destroy(args?: readonly string[]): Promise<TerraformRun>;
  state(): Promise<TerraformState>;
  /** Any command; resolves with its exit code, whatever it is. */
  run(args: readonly string[]): Promise<TerraformRun>;
}

/** Terraform ended with an error; the message holds what it printed. */
export class TerraformError extends Error {
  constructor(
    command: string,
    readonly run: TerraformRun,
  ) {
    super(`terraform ${command} ended with ${run.exitCode}\n${run.stdout.slice(-4000)}\n${run.stderr.slice(-12000)}`);
    this.name = 'TerraformError';
  }
}

/** Path of the Terraform executable: `$TERRAFORM_BINARY`, else the first on PATH; undefined when there is none. */
export function findTerraform(): string | undefined {
  const given = process.env.TERRAFORM_BINARY;
  if (given) return given;
  const found = spawnSync('sh', ['-c', 'command -v terraform'], { encoding: 'utf8' }).stdout.trim();
  return found === '' ? undefined : found;
}

/** Directory of unpacked providers that Terraform may use in place of its registry; undefined when this machine has none. */
export function findProviderMirror(): string | undefined {
  const places = [
    process.env.TF_PLUGIN_MIRROR,
    '/opt/tf-plugins',
    path.join(os.homedir(), '.terraform.d/plugins'),
    '/usr/share/terraform/plugins',
  ];
  return places.find((place) => place && fs.existsSync(path.join(place, 'registry.terraform.io')));
}

/** Whether the mirror holds a provider, such as `hashicorp/google`. False when there is no mirror. */
export function mirrorHolds(source: string): boolean {
  const mirror = findProviderMirror();
  return mirror !== undefined && fs.existsSync(path.join(mirror, 'registry.terraform.io', source));
}

/** Terraform in `directory`, which must exist. Uses the provider mirror where there is one (by symbolic link, so that no provider is copied). */
export function terraformIn(directory: string, options: TerraformOptions = {}): Terraform {
  const binary = findTerraform();
  if (binary === undefined) throw new Error('terraform is not on PATH; set TERRAFORM_BINARY');
  const run = (args: readonly string[]) => runTerraform(binary, directory, args, options);
  const must = async (args: readonly string[], accepted: readonly number[] = [0]) => {
    const result = await run(args);
    if (!accepted.includes(result.exitCode)) throw new TerraformError(args.join(' '), result);
    return result;
  };
  const parallel = options.parallelism === undefined ? [] : [`-parallelism=${options.parallelism}`];
  return {
    directory,
    with: (more) =>
      terraformIn(directory, {
        ...options,
        ...more,
        environment: { ...options.environment, ...more.environment },
        variables: { ...options.variables, ...more.variables },
      }),
    init: () => must(['init', '-input=false', '-no-color']),
    validate: () => must(['validate', '-no-color']),
    plan: async ({ destroy = false, file = 'test.tfplan', args = [] } = {}) => {
      const flags = ['-input=false', '-no-color', '-detailed-exitcode', `-out=${file}`, ...parallel, ...args];
      const planned = await must(['plan', ...(destroy ? ['-destroy'] : []), ...flags], [0, 2]);
      const shown = await must(['show', '-json', '-no-color', file]);
      const json = JSON.parse(shown.stdout) as TerraformPlan;
      return { file: path.resolve(directory, file), hasChanges: planned.exitCode === 2, json, run: planned };
    },
    apply: (planFile, args = []) =>
      must([
        'apply',
        '-input=false',
        '-no-color',
        '-auto-approve',
        ...parallel,
        ...args,
        ...(planFile ? [planFile] : []),
      ]),
    destroy: (args = []) => must(['destroy', '-input=false', '-no-color', '-auto-approve', ...parallel, ...args]),
    state: async () => JSON.parse((await must(['show', '-json', '-no-color'])).stdout) as TerraformState,
    run,
  };
}

/** Every resource of a plan's planned values or of a state, child modules included. */
export function allResources(source: TerraformPlan | TerraformState): ResourceValues[] {
  const root = 'planned_values' in source ? source.planned_values.root_module : source.values?.root_module;
  const collect = (module: Module | undefined): ResourceValues[] =>
    module === undefined ? [] : [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(collect)];
  return collect(root);
}

/** A new empty directory below the system's temporary one. The caller removes it. */
export function temporaryDirectory(topic: string): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), `sandpiper-${topic}-`));
}

function runTerraform(
  binary: string,
  directory: string,
  args: readonly string[],
  options: TerraformOptions,
): Promise<TerraformRun> {
  const started = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, {
      cwd: directory,
      env: environmentOf(options),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({
        exitCode: code ?? 128,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8') + (signal ? `\nended by ${signal}` : ''),
        seconds: Number(process.hrtime.bigint() - started) / 1e9,
      }),
    );
  });
}

const INHERITED = /^(?:PATH|HOME|TMPDIR|LANG|LC_ALL|SSL_CERT_(?:FILE|DIR)|(?:https?|no|all)_proxy)$/i;

function environmentOf({ environment, variables, reattached }: TerraformOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => INHERITED.test(name));
  const values = Object.entries(variables ?? {}).map(([name, value]) => [
    `TF_VAR_${name}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return {
    ...Object.fromEntries(inherited),
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_CLI_CONFIG_FILE: cliConfiguration(reattached ?? []),
    ...Object.fromEntries(values),
    ...environment,
  };
}

const configurations = new Map<string, string>();

/** Writes the CLI configuration once a process: the mirror for what it holds, else the registry through a shared plugin cache. */
function cliConfiguration(reattached: readonly string[]): string {
  const wanted = reattached.join(' ');
  const written = configurations.get(wanted);
  if (written !== undefined) return written;
  const directory = temporaryDirectory('terraform-cli');
  process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'terraformrc');
  fs.writeFileSync(file, configurationText(reattached));
  configurations.set(wanted, file);
  return file;
}

function configurationText(reattached: readonly string[]): string {
  const mirror = findProviderMirror();
  if (mirror === undefined) {
    const cache = path.join(
      process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
      'sandpiper/terraform-plugins',
    );
    fs.mkdirSync(cache, { recursive: true });
    return `plugin_cache_dir = ${JSON.stringify(cache)}\nplugin_cache_may_break_dependency_lock_file = true\n`;
  }
  const root = path.join(mirror, 'registry.terraform.io');
  const held = fs
    .readdirSync(root)
    .flatMap((owner) => fs.readdirSync(path.join(root, owner)).map((name) => `${owner}/${name}`))
    .filter((source) => !reattached.includes(source))
    .map((source) => JSON.stringify(`registry.terraform.io/${source}`));
  return [
    'provider_installation {',
    `  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n    include = [${held.join(', ')}]\n  }`,
    `  direct {\n    exclude = [${held.join(', ')}]\n  }`,
    '}',
    '',
  ].join('\n');
}
