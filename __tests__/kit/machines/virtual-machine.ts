import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cachedRoot } from './debian-root';

/** Which hierarchies of cgroups systemd mounts; a line of the kernel's. */
export const cgroupLayouts = {
  v2: 'systemd.unified_cgroup_hierarchy=1',
  hybrid: 'systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=0',
  v1: 'systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1',
} as const;

export interface MachineRun {
  /** Directory that the machine sees, read-only, at {@link PROJECT_DIRECTORY}. */
  readonly project: string;
  readonly layout: keyof typeof cgroupLayouts;
  /** Shell script that runs as root once systemd is there. What it writes to `$RESULTS` is what comes back. */
  readonly script: string;
  /** For the disks. */
  readonly scratch: string;
  readonly timeoutMs: number;
}

export interface MachineResult {
  /** What the script wrote to `$RESULTS`. */
  readonly results: string;
  /** What stood on the machine's console, for the reader of a failure. */
  readonly console: string;
}

/** Where the machine sees the project. */
export const PROJECT_DIRECTORY = '/project';
/** What the sandbox needs of a host, and this project's Node.js of its. The kernel's NVMe and ext4 are built in: no ramdisk. */
const PACKAGES = ['linux-image-cloud-amd64', 'systemd-sysv', 'crun', 'python3-minimal', 'libstdc++6', 'util-linux'];
const MEMORY_MEBIBYTES = 1024;
const ORDINARY_USER = 1000;

/**
 * Boots a Debian 12 with its own kernel and systemd, runs a script in it and returns what it wrote. Uses the processor's
 * virtualization where this machine has it, and emulation otherwise: a boot takes then 15 s, and programs ten times as long.
 *
 * @throws Error with the console's last lines when the machine does not end by itself in time
 */
export async function runInMachine(run: MachineRun): Promise<MachineResult> {
  const { project, layout, script, scratch, timeoutMs } = run;
  fs.mkdirSync(scratch, { recursive: true });
  const { disk, kernel } = rootDisk(path.dirname(scratch));
  fs.writeFileSync(path.join(project, 'machine.sh'), script);
  const projectDisk = path.join(scratch, 'project.ext4');
  makeDisk(projectDisk, project, 256);
  const results = path.join(scratch, 'results');
  const nvme = (file: string, name: string) => [
    ...['-drive', `file=${file},if=none,id=${name},format=raw,snapshot=on`],
    ...['-device', `nvme,drive=${name},serial=${name}`],
  ];
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2'],
      ...['-m', String(MEMORY_MEBIBYTES), '-nodefaults', '-nographic', '-no-reboot', '-monitor', 'none'],
      ...['-serial', 'stdio', '-serial', `file:${results}`],
      ...nvme(disk, 'root'),
      ...nvme(projectDisk, 'project'),
      ...['-kernel', kernel, '-append', `${KERNEL_LINE} ${cgroupLayouts[layout]}`],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')));
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  const read = fs.existsSync(results) ? fs.readFileSync(results, 'utf8').replaceAll('\r', '') : '';
  if (status !== 0) throw new Error(`the ${layout} machine did not end:\n${read}\n${output.slice(-4000)}`);
  return { results: read, console: output };
}

const KERNEL_LINE =
  'root=/dev/nvme0n1 rw console=ttyS0 quiet mitigations=off panic=-1 random.trust_cpu=on systemd.unit=proof.service systemd.show_status=false';

/** Made once for all machines of a suite: they write to copies that are thrown away. */
function rootDisk(directory: string): { readonly disk: string; readonly kernel: string } {
  const root = cachedRoot('virtual', PACKAGES);
  const kernelName = fs.readdirSync(path.join(root, 'boot')).find((name) => name.startsWith('vmlinuz-'));
  if (kernelName === undefined) throw new Error(`${root} has no kernel`);
  const kernel = path.join(root, 'boot', kernelName);
  const disk = path.join(directory, 'root.ext4');
  if (fs.existsSync(disk)) return { disk, kernel };
  const own = path.join(directory, 'root');
  const copied = spawnSync('cp', ['-a', '--reflink=auto', root, own], { encoding: 'utf8' });
  if (copied.status !== 0) throw new Error(copied.stderr);
  fs.rmSync(path.join(own, 'usr/lib/modules'), { recursive: true, force: true });
  fs.mkdirSync(path.join(own, PROJECT_DIRECTORY));
  fs.writeFileSync(path.join(own, 'etc/systemd/system/proof.service'), UNIT);
  fs.appendFileSync(path.join(own, 'etc/passwd'), `user:x:${ORDINARY_USER}:${ORDINARY_USER}::/tmp:/bin/sh\n`);
  fs.appendFileSync(path.join(own, 'etc/group'), `user:x:${ORDINARY_USER}:\n`);
  makeDisk(disk, own, 1024);
  fs.rmSync(own, { recursive: true, force: true });
  return { disk, kernel };
}

/** Nothing of the usual boot is waited for: systemd itself has mounted the cgroups, /proc, /sys, /dev and /run. */
const UNIT = `[Unit]
DefaultDependencies=no

[Service]
Type=oneshot
Environment=RESULTS=/dev/ttyS1 HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
ExecStart=/bin/sh -c 'mount -o ro /dev/nvme1n1 ${PROJECT_DIRECTORY}; mount -t tmpfs tmpfs /tmp; exec sh ${PROJECT_DIRECTORY}/machine.sh'
ExecStopPost=/bin/systemctl poweroff --force --force
`;

function makeDisk(file: string, directory: string, mebibytes: number): void {
  fs.writeFileSync(file, '');
  fs.truncateSync(file, mebibytes << 20);
  const { status, stderr, error } = spawnSync(
    'mkfs.ext4',
    ['-q', '-F', '-O', '^has_journal', '-E', 'lazy_itable_init=1,nodiscard', '-d', directory, file],
    { encoding: 'utf8', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } },
  );
  if (error || status !== 0) throw new Error(`mkfs.ext4: ${error?.message ?? stderr}`);
}
