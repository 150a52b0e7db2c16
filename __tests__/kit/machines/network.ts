import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { endMachineGroups } from './machine-groups';

/** The private network of one machine. */
export interface MachineNetwork {
  readonly number: number;
  /** Where this machine's programs reach the machine. */
  readonly address: string;
  /** The only neighbour that the machine has: name server and every cloud's host. */
  readonly gateway: string;
  /** Path of the machine's network namespace. */
  readonly namespacePath: string;
  /**
   * Starts forwarding to `metadata.sock`, `api.sock` and `events.sock` of the machine's directory.
   *
   * @param eventStore its address. @default - that of the gateway
   */
  startEdge(eventStore?: string): Promise<void>;
  close(): void;
}

const HIGHEST = 250;

/**
 * Host <-> edge namespace <-> machine namespace, without a route to anywhere else. The names of the namespaces are the
 * lock that keeps machines of several test processes apart. What a killed test process left behind is removed first, with its
 * `directory`.
 */
export function openNetwork(directory: string): MachineNetwork {
  const number = claimNumber(directory);
  const [edge, machine] = [`sp${number}e`, `sp${number}m`];
  const at = (last: number) => `10.213.${number}.${last}`;
  let edgeProcess: ChildProcess | undefined;
  const close = () => {
    edgeProcess?.kill('SIGKILL');
    for (const name of [edge, machine]) spawnSync('ip', ['netns', 'del', name]);
    fs.rmSync(ownerFile(number), { force: true });
  };
  try {
    ip(`netns add ${machine}`);
    ip(`link add sp${number}h type veth peer name host0 netns ${edge}`);
    ip(`-n ${edge} link add mach0 type veth peer name eth0 netns ${machine}`);
    ip(`addr add ${at(1)}/30 dev sp${number}h`);
    ip(`link set sp${number}h up`);
    for (const [name, device, address] of [
      [edge, 'lo', '169.254.169.254/32'],
      [edge, 'host0', `${at(2)}/30`],
      [edge, 'mach0', `${at(5)}/30`],
      [machine, 'eth0', `${at(6)}/30`],
    ] as const) {
      ip(`-n ${name} addr add ${address} dev ${device}`);
      ip(`-n ${name} link set ${device} up`);
    }
    ip(`-n ${machine} link set lo up`);
    ip(`-n ${machine} route add default via ${at(5)}`);
    ip(`route replace ${at(4)}/30 via ${at(2)} dev sp${number}h`);
    run('ip', ['netns', 'exec', edge, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
  } catch (error) {
    close();
    throw error;
  }
  return {
    number,
    address: at(6),
    gateway: at(5),
    namespacePath: `/run/netns/${machine}`,
    startEdge: async (eventStore = at(5)) => {
      if (eventStore !== at(5)) ip(`-n ${edge} addr add ${eventStore}/32 dev lo`);
      const child = spawn(
        'ip',
        ['netns', 'exec', edge, process.execPath, path.join(__dirname, 'edge.js'), directory, at(5), eventStore],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      );
      edgeProcess = child;
      await new Promise<void>((resolve, reject) => {
        child.stdout.once('data', () => resolve());
        child.once('close', (code) => reject(new Error(`the edge of machine ${number} ended with ${code}`)));
      });
    },
    close,
  };
}

function claimNumber(directory: string): number {
  fs.mkdirSync('/run/sandpiper-machines', { recursive: true });
  for (let number = 1; number <= HIGHEST; number++) sweep(number);
  for (let number = 1; number <= HIGHEST; number++) {
    if (spawnSync('ip', ['netns', 'add', `sp${number}e`]).status !== 0) continue;
    fs.writeFileSync(ownerFile(number), JSON.stringify({ pid: process.pid, directory }));
    return number;
  }
  throw new Error(`${HIGHEST} machines run already`);
}

/** What a killed test process left: its machine too, for systemd-nspawn that is killed takes nobody along. */
function sweep(number: number): void {
  const file = ownerFile(number);
  if (!fs.existsSync(file)) return;
  const { pid, directory } = JSON.parse(fs.readFileSync(file, 'utf8')) as { pid: number; directory: string };
  if (fs.existsSync(`/proc/${pid}`)) return;
  endMachineGroups(`sp${number}-${pid}`);
  spawnSync('umount', ['--lazy', `${directory}/root`]);
  for (const name of [`sp${number}e`, `sp${number}m`]) spawnSync('ip', ['netns', 'del', name]);
  fs.rmSync(directory, { recursive: true, force: true });
  fs.rmSync(file, { force: true });
}

function ownerFile(number: number): string {
  return `/run/sandpiper-machines/${number}.json`;
}

function ip(command: string): void {
  run('ip', command.split(' '));
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
