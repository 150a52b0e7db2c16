import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createCgroup, findCgroups, type CgroupHost } from '../../../services/sandbox/cgroup';

/** A directory that looks like a hierarchy: what is written can be read. The kernel's part is in the whole-system tests. */
describe('cgroups', () => {
  let root: string;
  const put = (file: string, content: string): void => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), content);
  };
  const get = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');
  const mount = (type: string, directory: string, options: string): string =>
    `1 1 0:1 / ${path.join(root, directory)} rw - ${type} ${type} rw,${options}`;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-cgroup-'));
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  it('are found on a host with the first version, each controller where it is', () => {
    for (const directory of ['memory', 'cpu,cpuacct', 'pids']) fs.mkdirSync(path.join(root, directory));
    const found = findCgroups(
      [
        mount('cgroup', 'memory', 'memory'),
        mount('cgroup', 'cpu,cpuacct', 'cpu,cpuacct'),
        mount('cgroup', 'pids', 'pids'),
      ].join('\n'),
      '',
    );
    const at = (name: string): string => path.join(root, name, 'sandpiper');
    expect(found).toMatchObject({
      layout: 'v1',
      directories: { memory: at('memory'), pids: at('pids'), cpu: at('cpu,cpuacct'), cpuacct: at('cpu,cpuacct') },
    });
  });

  it('are found on a hybrid host, with the hierarchy that runtimes shall not see', () => {
    for (const directory of ['memory', 'unified']) fs.mkdirSync(path.join(root, directory));
    const found = findCgroups([mount('cgroup', 'memory', 'memory'), mount('cgroup2', 'unified', '')].join('\n'), '');
    expect(found).toMatchObject({ layout: 'hybrid', unifiedMount: path.join(root, 'unified') });
    expect(Object.keys(found.directories)).toEqual(['memory']);
  });

  it('of a service on a host with the second version: its own processes step aside first', () => {
    put('cgroup.controllers', 'cpu memory pids');
    put('system.slice/runner.service/cgroup.procs', '12\n');
    put('system.slice/runner.service/cgroup.controllers', 'cpuset cpu io memory pids\n');
    const found = findCgroups(mount('cgroup2', '', ''), '0::/system.slice/runner.service\n');
    expect(found.layout).toBe('v2');
    const base = 'system.slice/runner.service';
    expect(get(`${base}/runner/cgroup.procs`)).toBe('12');
    expect(get(`${base}/cgroup.subtree_control`)).toBe('+memory +pids +cpu');
    expect(found.directories.memory).toBe(path.join(root, base, 'sandpiper'));
    // The next runner of the same service is in the leaf already, and uses the same parent.
    const again = findCgroups(mount('cgroup2', '', ''), '0::/system.slice/runner.service/runner\n');
    expect(again.directories).toEqual(found.directories);
  });

  it('of a service that was given a part only: root takes the hierarchy itself, others what there is', () => {
    put('cgroup.controllers', 'cpu memory pids\n');
    put('system.slice/cron.service/cgroup.controllers', 'memory pids\n');
    put('system.slice/cron.service/cgroup.procs', '12\n');
    const getuid = jest.spyOn(process, 'getuid' as never).mockReturnValue(0 as never);
    const group = '0::/system.slice/cron.service\n';
    expect(findCgroups(mount('cgroup2', '', ''), group).directories.cpu).toBe(path.join(root, 'sandpiper'));
    getuid.mockReturnValue(1000 as never);
    const found = findCgroups(mount('cgroup2', '', ''), group);
    getuid.mockRestore();
    expect(Object.keys(found.directories)).toEqual(['memory', 'pids', 'cpuacct']);
    expect(found.problem).toMatch(/cron\.service was given no cpu controller$/);
    expect(get('system.slice/cron.service/sandpiper/cgroup.subtree_control')).toBe('+memory +pids');
  });

  it('that cannot be made are a reason, not an exception', () => {
    const found = findCgroups(mount('cgroup2', 'absent/below', '').replace(root, '/proc/1'), '0::/\n');
    expect(found.directories).toEqual({});
    expect(found.problem).toMatch(/cgroups cannot be made: .+/);
    expect(findCgroups('', '')).toMatchObject({ layout: 'none', problem: expect.stringContaining('no cgroup') });
  });

  it('limit and count in the files of the second version', () => {
    fs.mkdirSync(path.join(root, 'sandpiper'));
    const parent = path.join(root, 'sandpiper');
    const host: CgroupHost = {
      layout: 'v2',
      directories: { memory: parent, pids: parent, cpu: parent, cpuacct: parent },
    };
    const group = createCgroup(host, 'r1-2-0-3');
    expect(group.procsFiles).toEqual([path.join(parent, 'r1-2-0-3/cgroup.procs')]);
    put('sandpiper/r1-2-0-3/memory.swap.max', 'max');
    group.setLimits({ memoryBytes: 1000, processes: 7, cpus: 0.5 });
    expect(
      ['memory.max', 'memory.swap.max', 'pids.max', 'cpu.max'].map((file) => get(`sandpiper/r1-2-0-3/${file}`)),
    ).toEqual(['1000', '0', '7', '50000 100000']);
    put('sandpiper/r1-2-0-3/cpu.stat', 'usage_usec 2500\nuser_usec 1\n');
    put('sandpiper/r1-2-0-3/memory.peak', '4096\n');
    put('sandpiper/r1-2-0-3/memory.events', 'low 0\noom 2\noom_kill 1\n');
    put('sandpiper/r1-2-0-3/pids.events', 'max 3\n');
    expect(group.usage()).toEqual({ cpuMs: 2.5, peakMemoryBytes: 4096, oomKills: 1, refusedProcesses: 3 });
    put('sandpiper/r1-2-0-3/cgroup.kill', '0');
    group.kill();
    expect(get('sandpiper/r1-2-0-3/cgroup.kill')).toBe('1');
  });
});
