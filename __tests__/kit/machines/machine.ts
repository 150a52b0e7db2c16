/**
 * Boots real machines: a Debian 12 with the package list of a cloud's own image (images/*.json), its own systemd, an own
 * network with no way to anywhere but the simulated cloud. Needs root, systemd-nspawn, mmdebstrap and ip.
 *
 * ```ts
 * requireTool(['root', 'systemd-nspawn', 'mmdebstrap', 'ip']);
 * const cloud = awsCloud({ motoEndpoint: moto.endpoint, region: 'eu-central-1' });      // or gcpCloud({ storageEndpoint, ... })
 * const machine = await bootMachine({ cloud, bootScript: userData });                   // returns at once, boot goes on
 * await machine.waitFor('/healthz', { port: 3000, status: 204 });
 * await fetch(`http://${machine.address}:3000/v1/user`);
 * await machine.exec('systemctl is-active user-api');                                   // { code, output }
 * await machine.reboot();
 * await machine.stop();
 * ```
 *
 * The boot script arrives as it does in the cloud: on AWS cloud-init reads it from instance metadata (version 2); on GCP a unit
 * of the harness does what google-startup-scripts.service does. AWS requests are passed to moto only when their signature is
 * right (moto itself checks none); `cloud.refused` lists what was refused.
 */
import { spawn, spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { temporaryDirectory } from '../terraform';
import { debianRoot } from './debian-root';
import { openMachineServers } from './machine-servers';
import { endMachineGroups, machineGroups } from './machine-groups';
import { openNetwork } from './network';
import { INIT, prepareRoot } from './prepare-root';
import type { SimulatedCloud } from './simulated-cloud';
import { createAuthority, type TestAuthority } from './test-authority';

export { awsCloud, type AwsCloud } from './aws-cloud';
export { createAuthority } from './test-authority';
export { startFakeGcs, type FakeGcs } from './fake-gcs';
export { gcpCloud, type GcpCloud, type WrittenLogEntry } from './gcp-cloud';
export type { SimulatedCloud } from './simulated-cloud';

/** Programs that `requireTool` is to be asked for. */
export const machineTools = ['root', 'systemd-nspawn', 'mmdebstrap', 'ip'];

export interface Machine {
  /** Instance id, as metadata tells it. */
  readonly id: string;
  /** Reachable from this process, on every port. */
  readonly address: string;
  /** Directory of the machine's files, seen from outside: disk only, no tmpfs. */
  readonly root: string;
  /** What the serial console showed. */
  console(): string;
  /** The journal of this boot, or of one unit (`user-api.service`) or identifier (`-t sandpiper-boot`). */
  journal(...args: string[]): Promise<string>;
  /** Runs a shell command in the machine as root. */
  exec(command: string): Promise<{ readonly code: number; readonly output: string }>;
  /** Waits until a path answers a status; fails with console and journal when it does not within `seconds`. @default 60 */
  waitFor(path: string, expected: { port: number; status: number; seconds?: number }): Promise<void>;
  /** Waits until something holds; fails as `waitFor` does. */
  until(what: string, holds: () => boolean | Promise<boolean>, seconds?: number): Promise<void>;
  /** Restarts the machine, keeping its disk; returns when the new boot has begun. */
  reboot(): Promise<void>;
  stop(): Promise<void>;
}

let authority: Promise<TestAuthority> | undefined;

export async function bootMachine(options: {
  readonly cloud: SimulatedCloud;
  /** User data of the launch template, or `startup-script` of the instance template. */
  readonly bootScript: string;
}): Promise<Machine> {
  const { cloud, bootScript } = options;
  const lower = debianRoot(cloud.name);
  const trusted = await (authority ??= createAuthority());
  const directory = temporaryDirectory('machine');
  const network = openNetwork(directory);
  const name = `sp${network.number}`;
  const id = cloud.name === 'aws' ? `i-0${crypto.randomBytes(8).toString('hex')}` : String(crypto.randomInt(2 ** 47));
  const at = (file: string) => path.join(directory, file);
  for (const part of ['upper', 'work', 'root']) fs.mkdirSync(at(part));
  const root = at('root');
  const cgroups = machineGroups(`${name}-${process.pid}`);
  const identity = { id, address: network.address, bootScript };
  const servers = openMachineServers(cloud, identity, trusted, at);
  let launcher: number | undefined;
  const clean = () => {
    if (launcher !== undefined) kill(launcher);
    endMachineGroups(`${name}-${process.pid}`);
    spawnSync('umount', ['--lazy', root]);
    network.close();
    fs.rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', clean);
  let isStopped = false;
  const stop = async () => {
    // Its number may be another machine's by now.
    if (isStopped) return;
    isStopped = true;
    process.removeListener('exit', clean);
    clean();
    await servers.close();
  };
  try {
    const layers = `lowerdir=${lower},upperdir=${at('upper')},workdir=${at('work')}`;
    check(spawnSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, root], { encoding: 'utf8' }));
    prepareRoot(root, { cloud: cloud.name, name, nameServer: network.gateway, certificatePem: trusted.certificatePem });
    await network.startEdge(cloud.events?.address);
    launcher = launch({ root, name, cgroups, namespacePath: network.namespacePath, consoleFile: at('console') });
  } catch (error) {
    await stop();
    throw error;
  }
  const leader = () => (launcher === undefined ? undefined : initOf(launcher));
  const exec: Machine['exec'] = async (command) => {
    const init = leader();
    if (init === undefined) return { code: 255, output: 'the machine does not run' };
    // Not spawnSync: the machine may ask for something that this process answers.
    const args = ['-t', String(init), '-m', '-u', '-i', '-n', '-p', '-C', '/bin/sh', '-c', command];
    const env = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      LC_ALL: 'C.UTF-8',
    };
    const child = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 255)));
    return { code, output };
  };
  const console_ = () => fs.readFileSync(at('console'), 'utf8');
  const until: Machine['until'] = async (what, holds, seconds = 60) => {
    const deadline = Date.now() + seconds * 1000;
    while (!(await holds())) {
      if (Date.now() > deadline) {
        const { output } = await exec('journalctl --no-pager -o short -n 60');
        throw new Error(
          `${name}: not within ${seconds} s: ${what}\n--- console\n${console_().slice(-4000)}\n--- journal\n${output}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  return {
    id,
    address: network.address,
    root,
    console: console_,
    exec,
    until,
    journal: async (...args) => {
      const filter = args.map((arg) => (arg.startsWith('-') ? arg : /\.\w+$/.test(arg) ? `-u ${arg}` : arg)).join(' ');
      return (await exec(`journalctl --no-pager -b -o cat ${filter}`)).output;
    },
    waitFor: (url, { port, status, seconds }) =>
      until(
        `${url} answers ${status} on port ${port}`,
        async () => (await statusOf(`http://${network.address}:${port}${url}`)) === status,
        seconds,
      ),
    reboot: async () => {
      const before = leader();
      // The machine may be gone before the command has ended.
      void exec('systemctl reboot');
      await until('the machine reboots', () => leader() !== undefined && leader() !== before);
    },
    stop,
  };
}

/** Starts systemd-nspawn in control groups of its own, so that machines do not share one. */
function launch(options: {
  readonly root: string;
  readonly name: string;
  readonly cgroups: readonly string[];
  readonly namespacePath: string;
  readonly consoleFile: string;
}): number {
  const { root, name, cgroups, namespacePath, consoleFile } = options;
  for (const cgroup of cgroups) fs.mkdirSync(cgroup, { recursive: true });
  const output = fs.openSync(consoleFile, 'w');
  // Neither shell nor machine outlives its test process, however that ends.
  const bound = ['setpriv', '--pdeathsig', 'KILL'];
  // systemd-nspawn ends with 133 when the machine reboots, and leaves starting it again to its caller.
  const script = `${cgroups.map((cgroup) => `echo $$ >${cgroup}/cgroup.procs; `).join('')}
    code=133; while [ $code = 133 ]; do "$@"; code=$?; done`;
  const child = spawn(
    bound[0] ?? '',
    [
      ...bound.slice(1),
      'sh',
      '-c',
      script,
      'sh',
      ...bound,
      'systemd-nspawn',
      '--quiet',
      `--directory=${root}`,
      `--machine=${name}`,
      '--register=no',
      '--keep-unit',
      `--network-namespace-path=${namespacePath}`,
      '--resolv-conf=off',
      '--timezone=off',
      '--link-journal=no',
      '--console=read-only',
      INIT,
    ],
    {
      stdio: ['ignore', output, output],
      detached: true,
      env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1', SYSTEMD_NSPAWN_LOCK: '0' },
    },
  );
  child.unref();
  fs.closeSync(output);
  if (child.pid === undefined) throw new Error('systemd-nspawn could not be started');
  return child.pid;
}

/** The machine's pid 1: shell, systemd-nspawn, systemd. */
function initOf(launcher: number): number | undefined {
  const nspawn = childrenOf(launcher)[0];
  return nspawn && childrenOf(nspawn).find((pid) => nameOf(pid) === 'systemd');
}

function kill(launcher: number): void {
  const nspawns = childrenOf(launcher);
  for (const pid of [launcher, ...nspawns.flatMap(childrenOf), ...nspawns]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  } catch {
    return [];
  }
}

function nameOf(pid: number): string | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function check({ status, stderr }: { status: number | null; stderr: string }): void {
  if (status !== 0) throw new Error(stderr);
}

async function statusOf(url: string): Promise<number | undefined> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(3000) })).status;
  } catch {
    return undefined;
  }
}
