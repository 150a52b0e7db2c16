import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { installCopy } from '../../kit/machines/installed-copy';
import { processesWith } from '../../kit/machines/processes-with';
import { requireTool } from '../../kit/require-tool';

/** Nobody's on any machine, and in no /etc/passwd: nothing is given to it. */
const USER = 54_321;
const ACCEPTED = { SANDPIPER_ACCEPT_MISSING: 'memory,processes,cpu' };
/** Sleeps so long that no other process on the machine does. */
const MARKER = `31${process.pid}`;

describe('an ordinary user', () => {
  requireTool(['root', 'crun', 'python3', 'setpriv', 'bash']);
  jest.setTimeout(120_000);
  let scratch: string;
  let home: string;
  beforeAll(() => {
    scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-rootless-'));
    fs.chmodSync(scratch, 0o755);
    installCopy(path.join(scratch, 'installed'));
    home = path.join(scratch, 'home');
    fs.mkdirSync(home);
    fs.chownSync(home, USER, USER);
  });
  afterAll(() => {
    if (scratch) fs.rmSync(scratch, { recursive: true, force: true });
  });

  const sandpiper = (args: readonly string[], env: NodeJS.ProcessEnv = ACCEPTED) =>
    spawnSync(
      'setpriv',
      [
        ...[`--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', path.join(scratch, 'installed/node')],
        ...[path.join(scratch, 'installed/sandpiper.js'), ...args],
      ],
      { cwd: home, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: home, ...env }, timeout: 60_000 },
    );
  const write = (name: string, code: string): string => {
    const file = path.join(home, name);
    fs.writeFileSync(file, code);
    return file;
  };
  const run = (name: string, code: string, ...options: string[]) => sandpiper(['run', ...options, write(name, code)]);
  const doctor = (
    env?: NodeJS.ProcessEnv,
  ): { readonly state: string; readonly found: string; readonly fix: string } => {
    const { stdout } = sandpiper(['doctor', '--json'], env);
    return (JSON.parse(stdout) as { name: string; state: string; found: string; fix: string }[]).find(
      ({ name }) => name === 'sandbox',
    )!;
  };

  it('is refused, with what is not guaranteed and the setting that accepts it', () => {
    const { status, stdout, stderr } = sandpiper(['run', write('hello.py', 'print("hello")')], {});
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(
      /no sandbox on this machine: no guarantee of memory, processes, cpu \(cgroups cannot be made: /,
    );
    expect(stderr).toContain('SANDPIPER_ACCEPT_MISSING=memory,processes,cpu');
  });

  it('is refused when the setting leaves out what is missing, or names what is no guarantee', () => {
    const hello = write('hello.py', 'print("hello")');
    const part = sandpiper(['run', hello], { SANDPIPER_ACCEPT_MISSING: 'memory,cpu' });
    expect(part.status).toBe(3);
    expect(part.stderr).toContain('no guarantee of processes (');
    const wrong = sandpiper(['run', hello], { SANDPIPER_ACCEPT_MISSING: 'memory,sleep' });
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('SANDPIPER_ACCEPT_MISSING: "memory,sleep" must be words of memory, ');
  });

  it('is told by doctor what is missing, and what is there', () => {
    expect(doctor({})).toMatchObject({
      state: 'missing',
      found: expect.stringContaining('refused: crun: no guarantee of memory, processes, cpu (') as string,
      fix: expect.stringContaining('run as root') as string,
    });
    expect(doctor()).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(
        /crun \(network, seccomp; .*accepted: no guarantee of memory, processes, cpu \(/,
      ) as string,
    });
  });

  it('who accepts it runs programs, as nobody and with no rights', () => {
    const { status, stdout, stderr } = run(
      'hello.py',
      `import os, re, sys
status = open('/proc/self/status').read()
print(sys.stdin.read(), os.getuid(), os.getpid() != 1, *re.findall(r'(?:CapEff|NoNewPrivs|Seccomp):\\s+(\\w+)', status))
print(os.path.exists(${JSON.stringify(home)}), os.path.exists('/etc/shadow'))
sys.exit(7)`,
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 7,
      stdout: ' 65534 True 0000000000000000 1 2\nFalse False\n',
      stderr: '',
    });
  });

  it('has no network but loopback', () => {
    const { stdout } = run(
      'net.py',
      `import socket
print([name for _, name in socket.if_nameindex()])
for address in ('169.254.169.254', '1.1.1.1'):
    try: socket.create_connection((address, 80), 2); print('connected')
    except OSError as error: print(error.strerror)`,
    );
    expect(stdout).toBe("['lo']\nNetwork is unreachable\nNetwork is unreachable\n");
  });

  it('whose program runs out of time leaves none of its processes', () => {
    const { status, stdout, stderr } = run(
      'daemons.sh',
      `trap '' TERM; (setsid sleep ${MARKER} >/dev/null 2>&1 &); sleep ${MARKER} & echo started; wait`,
      ...['--timeout', '1'],
    );
    expect({ status, stdout }).toEqual({ status: 124, stdout: 'started\n' });
    expect(stderr).toContain('ended: timeout (wall)');
    expect(processesWith(MARKER)).toEqual([]);
    for (const state of [`/dev/shm/sandpiper-${USER}`, `/run/sandpiper-${USER}`, `/tmp/sandpiper-${USER}`])
      expect(fs.existsSync(state) ? fs.readdirSync(state) : []).toEqual([]);
  });

  it('has output, files and processor time limited all the same', () => {
    const flood = run('flood.sh', 'yes');
    expect(flood.stderr).toContain('ended: outputLimit (output)');
    const file = run('file.py', "open('big', 'wb').truncate(1 << 40)\nprint('made')");
    expect(file.stdout).toBe('');
    expect(`${file.stderr} ${file.status}`).toMatch(/fileSize|File too large/);
    const work = run('fill.py', "f = open('/work/fill', 'wb')\nwhile True: f.write(bytes(1 << 20))");
    expect(work.status).not.toBe(0);
    expect(work.stderr).toMatch(/No space left on device|fileSize/);
  });
});
