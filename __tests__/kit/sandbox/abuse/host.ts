import { each, ended, OPENS, outcomes, tight, type AbuseCase } from './abuse-case';

const HARDWARE = ['mem', 'kmem', 'kvm', 'vda', 'sda', 'fuse', 'net/tun', 'kmsg', 'console'].map(
  (name) => `/dev/${name}`,
);
const KERNEL = ['/proc/kcore', '/proc/keys', '/proc/sched_debug', '/proc/timer_list'];
const SYSTEM = ['/sys/kernel', '/sys/firmware', '/sys/fs/cgroup'];
const SETTINGS = ['sys/kernel/core_pattern', 'sys/kernel/hostname', 'sys/vm/drop_caches', 'sys/net/ipv4/ip_forward']
  .concat('1/oom_score_adj')
  .map((name) => `/proc/${name}`);
const READ_ONLY = ['/usr/bin/planted', '/etc/passwd', '/planted', '/.sandbox/init', '/.sandbox/planted'];
/** The host has it or not, and the sandbox has an empty file in its place or none. */
const MASKED = 'masked';

const HOST_FILES = [
  ...['/etc/shadow', '/etc/gshadow', '/etc/ssh', '/root/.ssh', '/root/.aws', '/root/.config', '/var/run/docker.sock'],
  ...['/run/secrets', '/etc/machine-id', '/var/log', '/etc/ssl/private'],
];

const ODD_NAMES = [
  '-rf',
  'with space',
  'new\nline',
  '$(id)',
  '`id`',
  ';id',
  "quote'",
  'double"',
  '*',
  '\\',
  '..hidden',
];
const ODD_ARGS = [
  '',
  '../..',
  '/etc/passwd',
  '$(id)',
  '`id`',
  '; rm -rf /',
  '| id',
  'a\nb',
  '-c',
  '--',
  '*',
  '~',
  '%s',
  '\\',
];

/** Programs that look for what is the host's. */
export const hostCases: readonly AbuseCase[] = [
  {
    name: "the host's kernel and hardware cannot be read or set",
    language: 'python',
    code: `${OPENS}
for path in ${JSON.stringify([...KERNEL, ...SYSTEM, ...HARDWARE])}: look(path)
for path in ${JSON.stringify([...SETTINGS, '/proc/sysrq-trigger', ...READ_ONLY])}: look(path, 'wb')
`,
    limits: tight,
    ends: ended,
    check: (result, runtime) => {
      const found = outcomes(result);
      if (runtime !== 'runsc') {
        for (const path of KERNEL) if (['absent', 'empty'].includes(found[path]!)) found[path] = MASKED;
        // Read-only where the host's kernel has it.
        const sysrq = found['/proc/sysrq-trigger']!;
        if (['absent', 'refused'].includes(sysrq)) found['/proc/sysrq-trigger'] = 'refused';
      }
      expect(found).toEqual({
        ...each(KERNEL, runtime !== 'runsc' ? MASKED : 'absent'),
        // gVisor shows a /sys of its own.
        ...each(SYSTEM, runtime !== 'runsc' ? 'absent' : 'empty'),
        ...each(HARDWARE, 'absent'),
        // And two devices, its own too, which it does not let be opened.
        ...(runtime === 'runsc' ? each(['/dev/fuse', '/dev/net/tun'], 'refused') : {}),
        ...each([...SETTINGS, '/proc/sysrq-trigger', ...READ_ONLY], 'refused'),
      });
    },
  },
  {
    name: "the host's accounts, secrets and environment are not there",
    language: 'python',
    code: `${OPENS}
for path in ${JSON.stringify([...HOST_FILES, '/home'])}: look(path)
print("hostname=" + open('/etc/hostname').read().strip())
print("environment=" + ",".join(sorted(os.environ)))
print("ids=" + ",".join(map(str, os.getresuid() + os.getresgid())) + " groups=" + str(os.getgroups()))
print("caps=" + ",".join(l.split()[1] for l in open('/proc/self/status') if l.startswith('Cap')))
print("pids=" + ",".join(str(int(p) - os.getpid()) if p != '1' else p for p in os.listdir('/proc') if p.isdigit()))
print("descriptors=" + ",".join(d for d in sorted(os.listdir('/proc/self/fd')) if os.path.exists('/proc/self/fd/' + d)))
`,
    limits: tight,
    ends: ended,
    check: (result) => {
      expect(outcomes(result)).toEqual({ ...each(HOST_FILES, 'absent'), '/home': 'empty' });
      expect(result.stdout).toContain('hostname=sandbox\n');
      expect(result.stdout).toContain('environment=HOME,LANG,PATH\n');
      expect(result.stdout).toContain('ids=65534,65534,65534,65534,65534,65534 groups=[]\n');
      expect(result.stdout).toMatch(/caps=0{16}(,0{16}){4}\n/);
      expect(result.stdout).toContain('pids=1,0\n');
      expect(result.stdout).toContain('descriptors=0,1,2\n');
    },
  },
  {
    name: 'links that lead out lead nowhere',
    language: 'bash',
    code: `
ln -s /etc/shadow /work/shadow; ln -s / /work/everything; ln -s /proc/1/root /work/init-root
ln /etc/passwd /work/hard 2>/dev/null && echo LINKED; ln /.sandbox/init /work/init 2>/dev/null && echo LINKED
cat /work/shadow 2>/dev/null && echo READ; ls /work/everything/root 2>/dev/null; cat /work/init-root/etc/shadow 2>/dev/null && echo READ
ls -1 /work
`,
    limits: tight,
    ends: ended,
    check: ({ stdout }) => expect(stdout).toBe('everything\ninit-root\nmain.sh\nshadow\n'),
  },
  {
    name: 'hostile names and arguments are names and arguments',
    language: 'python',
    code: 'import json, os, sys\nprint(json.dumps([sorted(os.listdir(".")), sys.argv[1:]]))\n',
    files: ODD_NAMES.map((name) => ({ name, content: name })),
    args: ODD_ARGS,
    limits: tight,
    ends: ended,
    check: ({ stdout }) => expect(JSON.parse(stdout)).toEqual([[...ODD_NAMES, 'main.py'].sort(), ODD_ARGS]),
  },
];
