import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { GUARANTEES, type Guarantee } from '../../contracts/names';
import { runnerSettings } from '../../contracts/runner-settings';
import { readSetting, type Environment } from '../program/read-settings';
import { defaultLimits } from '../protocol/limits';
import type { CgroupHost } from './cgroup';
import { openSandboxHost, type SandboxHost, type SandboxHostProps } from './host';
import { hostRootfs } from './host-rootfs';
import type { Runtime, RuntimeName } from './runtime';

/** Reads which guarantees this machine may leave out. @throws SettingError naming a word that is no guarantee */
export function acceptedMissing(environment: Environment = process.env): readonly Guarantee[] {
  return readSetting(runnerSettings.acceptMissing, environment);
}

/** What one runtime gives on this host. */
export interface RuntimeFinding {
  readonly runtime: RuntimeName;
  /** The program's own words. */
  readonly version?: string;
  /** Guarantees that it does not give, each with the reason. */
  readonly missing: Readonly<Partial<Record<Guarantee, string>>>;
  /** Why no sandbox could be started at all. */
  readonly refused?: string;
}

/** No runtime of this host gives what was asked for. */
export class SandboxUnavailableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SandboxUnavailableError';
  }
}

/** Prints what the kernel says of a process of the sandbox, and what comes of a call that the filter refuses. */
const PROBE_SCRIPT =
  'grep -E "^(Seccomp|NoNewPrivs|CapEff):" /proc/self/status; tail -n +3 /proc/net/dev | cut -d: -f1; ' +
  'unshare -U true 2>/dev/null && echo UNSHARED; exit 0';

/** Starts one sandbox and looks at it from inside. */
export async function probeHost(host: SandboxHost): Promise<RuntimeFinding> {
  const { runtime } = host;
  const version =
    runtime.program === undefined
      ? undefined
      : spawnSync(runtime.program, ['--version'], { encoding: 'utf8' }).stdout?.split('\n')[0]?.trim();
  const missing: Partial<Record<Guarantee, string>> = { ...missingControllers(host.cgroups) };
  const rootfs = hostRootfs(path.join(host.stateDirectory, 'probe-rootfs'));
  try {
    const sandbox = await host.start(rootfs, defaultLimits);
    let output = '';
    const command = {
      argv: ['/bin/sh', '-c', PROBE_SCRIPT],
      env: { PATH: '/usr/bin:/bin' },
      limits: defaultLimits.run,
    };
    const running = sandbox.run(command, { stdout: (chunk) => (output += chunk.toString()), stderr: () => undefined });
    running.closeStdin();
    const end = await running.ended;
    await sandbox.close();
    if (end.reason !== 'ok' || end.exitCode !== 0)
      return { runtime: runtime.name, version, missing, refused: end.message ?? end.reason };
    const devices = output
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^[a-z][a-z0-9]*$/.test(line));
    if (devices.some((device) => device !== 'lo')) missing.network = `the sandbox has ${devices.join(', ')}`;
    if (output.includes('UNSHARED')) missing.seccomp = 'a new user namespace could be made';
    else if (runtime.name !== 'runsc' && !/Seccomp:\s+2/.test(output)) missing.seccomp = 'no filter is installed';
    if (!/NoNewPrivs:\s+1/.test(output) && runtime.name !== 'runsc') missing.seccomp ??= 'new privileges can be had';
    return { runtime: runtime.name, version, missing };
  } catch (error) {
    return { runtime: runtime.name, version, missing, refused: (error as Error).message };
  } finally {
    fs.rmSync(rootfs.directory, { recursive: true, force: true });
  }
}

/** What the host's cgroups leave out, known without starting a sandbox. */
export function missingControllers({ directories, problem }: CgroupHost): Partial<Record<Guarantee, string>> {
  const wanted = { memory: 'memory', processes: 'pids', cpu: 'cpu' } as const;
  return Object.fromEntries(
    Object.entries(wanted)
      .filter(([, controller]) => directories[controller] === undefined)
      .map(([guarantee, controller]) => [guarantee, problem ?? `the host has no ${controller} controller`]),
  );
}

export interface ChooseProps extends Omit<SandboxHostProps, 'runtime'> {
  /** In order of preference. */
  readonly runtimes: readonly Runtime[];
  /** Guarantees that may be missing. The setting by which an operator says so by name. @default none */
  readonly acceptMissing?: readonly Guarantee[];
}

/**
 * Opens the first runtime that gives every guarantee that is not in `acceptMissing`. Never takes one that gives less.
 *
 * @throws SandboxUnavailableError with each runtime's reasons
 */
export async function chooseSandboxHost(props: ChooseProps): Promise<{ host: SandboxHost; finding: RuntimeFinding }> {
  const reasons: string[] = [];
  for (const runtime of props.runtimes) {
    let host: SandboxHost;
    try {
      host = await openSandboxHost({ ...props, runtime });
    } catch (error) {
      reasons.push(`${runtime.name}: ${(error as Error).message}`);
      continue;
    }
    const finding = await probeHost(host);
    const problems = refusals(finding, props.acceptMissing ?? []);
    if (problems.length === 0) return { host, finding };
    reasons.push(`${runtime.name}: ${problems.join('; ')}`);
    await host.close();
  }
  throw new SandboxUnavailableError(
    reasons.length === 0
      ? 'neither crun nor runsc is on this machine'
      : `no sandbox on this machine: ${reasons.join('. ')}`,
  );
}

/** Why a runtime may not be used: what it does not guarantee and nobody accepted, by reason. */
export function refusals(
  { refused, missing }: Pick<RuntimeFinding, 'refused' | 'missing'>,
  accepted: readonly Guarantee[],
): readonly string[] {
  if (refused !== undefined) return [refused];
  const lacking = GUARANTEES.filter((guarantee) => missing[guarantee] !== undefined && !accepted.includes(guarantee));
  const reasons = new Set(lacking.map((guarantee) => missing[guarantee]));
  return [...reasons].map((reason) => {
    const names = lacking.filter((guarantee) => missing[guarantee] === reason);
    return `no guarantee of ${names.join(', ')} (${reason})`;
  });
}
