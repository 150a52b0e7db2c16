import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Hierarchies that a machine has a group of its own in: those of the second version of control groups, and the controllers of the first. */
const HIERARCHIES = ['unified', 'systemd', 'memory', 'pids', 'cpu', 'cpuacct', '.'];

/** Directories of a machine's control groups, as far as this host has the hierarchies. */
export function machineGroups(machine: string): readonly string[] {
  return HIERARCHIES.map((hierarchy) => path.join('/sys/fs/cgroup', hierarchy))
    .filter((hierarchy) => fs.existsSync(path.join(hierarchy, 'cgroup.procs')))
    .map((hierarchy) => path.join(hierarchy, `sandpiper-${machine}`));
}

/** Ends every process of a machine's groups, and removes them. */
export function endMachineGroups(machine: string): void {
  for (const group of machineGroups(machine)) {
    for (let tries = 0; tries < 50 && fs.existsSync(group); tries++) {
      for (const pid of processesOf(group)) kill(pid);
      spawnSync('find', [group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']);
      if (fs.existsSync(group)) spawnSync('sleep', ['0.05']);
    }
  }
}

function processesOf(group: string): readonly number[] {
  const { stdout } = spawnSync('find', [group, '-name', 'cgroup.procs', '-exec', 'cat', '{}', '+'], {
    encoding: 'utf8',
  });
  return stdout
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 1);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
