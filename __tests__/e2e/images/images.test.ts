import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ImageStore } from '../../../services/images/store';
import { freePort } from '../../../modules/local/free-port';
import { copyWithLibraries, must } from '../../kit/machines/small-root';
import { requireTool } from '../../kit/require-tool';

const ROOT = path.join(__dirname, '../../..');
/** The smallest language there is: an interpreter and the libraries it needs. */
const LANGUAGE = 'lua@5.4';
const REFERENCE = 'docker.io/nickblah/lua:5.4';
const TOOLS = ['root', 'crun', 'skopeo', 'umoci', 'mksquashfs', 'docker-registry', 'lua5.4'];

describe('images from a registry', () => {
  requireTool(TOOLS);
  jest.setTimeout(180_000);
  let scratch: string;
  let registry: ChildProcess;
  let port: number;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-images-'));
    port = await freePort();
    registry = startRegistry(scratch, port);
    await untilItAnswers(`http://127.0.0.1:${port}/v2/`);
    pushLua(scratch, port);
    env = {
      ...process.env,
      XDG_CACHE_HOME: path.join(scratch, 'cache'),
      SANDPIPER_IMAGES_LOCK: path.join(scratch, 'images.lock.json'),
      SANDPIPER_REGISTRY: `localhost:${port}`,
    };
  });
  afterAll(() => {
    registry?.kill();
    if (scratch) fs.rmSync(scratch, { recursive: true, force: true });
  });

  const images = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(path.join(ROOT, 'sandpiper'), ['images', ...args], {
      env,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  const store = () => new ImageStore(path.join(scratch, 'cache/sandpiper/images'));

  it('are refused before they are locked', () => {
    const { status, stderr } = images('build', LANGUAGE);
    expect(status).toBe(1);
    expect(stderr).toContain(`${REFERENCE} has no digest in images.lock.json: run \`./sandpiper images lock\``);
  });

  it('are locked at the digest that the registry answers', async () => {
    const { status, stdout } = images('lock', LANGUAGE);
    expect(status).toBe(0);
    const response = await fetch(`http://127.0.0.1:${port}/v2/nickblah/lua/manifests/5.4`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    const digest = response.headers.get('docker-content-digest');
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(stdout).toContain(digest);
    expect(JSON.parse(fs.readFileSync(env.SANDPIPER_IMAGES_LOCK!, 'utf8'))).toEqual({ [REFERENCE]: digest });
  });

  it('are built twice into the same bytes, listed, and pass every self-test of the language', () => {
    expect(images('build', LANGUAGE)).toMatchObject({ status: 0 });
    const [first] = store().list();
    expect(first).toMatchObject({ language: 'lua', version: '5.4', source: { kind: 'oci', reference: REFERENCE } });
    expect(first!.path).toBe('/opt/lua/bin:/usr/bin:/bin');
    expect(first!.exactVersion).toMatch(/^5\.4/);
    expect(images('build', LANGUAGE)).toMatchObject({ status: 0 });
    expect(store().list()).toEqual([first]);
    expect(images('list').stdout).toContain(first!.sha256);
    expect(images('verify', LANGUAGE)).toMatchObject({ status: 0, stdout: 'lua@5.4: every self-test passes\n' });
    expect(fs.readFileSync('/proc/mounts', 'utf8')).not.toContain(first!.sha256.slice(0, 16));
  });

  it('run programs: the image that is named, and one that alone has a version', () => {
    const [manifest] = store().list();
    const program = path.join(scratch, 'hello.lua');
    fs.writeFileSync(
      program,
      "local f = io.open('/usr/bin/python3'); print(_VERSION, f and 'host' or 'image'); os.exit(4)",
    );
    const sandpiper = path.join(ROOT, 'sandpiper');
    const run = (...args: string[]) => spawnSync(sandpiper, ['run', ...args, program], { env, encoding: 'utf8' });
    for (const name of [LANGUAGE, REFERENCE, manifest!.sha256]) {
      expect(run('--image', name)).toMatchObject({ status: 4, stdout: 'Lua 5.4\timage\n', stderr: '' });
    }
    expect(run()).toMatchObject({ status: 4, stdout: 'Lua 5.4\thost\n' });
    // In a mount namespace of its own, this machine's Lua is nothing that runs.
    const hidden = 'mount --bind /dev/null "$(readlink -f /usr/bin/lua5.4)" && exec "$@"';
    const alone = spawnSync('unshare', ['--mount', 'sh', '-c', hidden, 'sh', sandpiper, 'run', program], {
      env,
      encoding: 'utf8',
    });
    expect(alone).toMatchObject({ status: 4, stdout: 'Lua 5.4\timage\n' });
    expect(run('--image', 'lua@5.3')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--image: "lua@5.3" is not built; there are lua@5.4.') as string,
    });
    expect(run('--image', LANGUAGE, '--language', 'python').stderr).toContain('is of lua, not of python');
    expect(fs.readFileSync('/proc/mounts', 'utf8')).not.toContain(manifest!.sha256.slice(0, 16));
  });

  it('have no file that gives rights, and no device', () => {
    const [manifest] = store().list();
    const listing = spawnSync('unsquashfs', ['-lln', store().file(manifest!)], { encoding: 'utf8' }).stdout;
    const modes = listing.split('\n').map((line) => line.split(' ')[0]!);
    expect(modes.length).toBeGreaterThan(10);
    expect(modes.filter((mode) => /^[bcps]/.test(mode) || /^-..[sS]|^-.....[sS]/.test(mode))).toEqual([]);
  });

  it('are refused when their bytes were changed', () => {
    const [manifest] = store().list();
    const file = store().file(manifest!);
    fs.chmodSync(file, 0o644);
    fs.appendFileSync(file, 'x');
    const { status, stderr } = images('verify', LANGUAGE);
    expect(status).toBe(1);
    expect(stderr).toContain(`its SHA-256 is`);
    expect(stderr).toContain('build the image again');
  });

  it('are refused when the registry has another digest than the lock', () => {
    const wrong = `sha256:${'0'.repeat(64)}`;
    fs.writeFileSync(env.SANDPIPER_IMAGES_LOCK!, JSON.stringify({ [REFERENCE]: wrong }));
    const { status, stderr } = images('build', LANGUAGE);
    expect(status).toBe(1);
    expect(stderr).toMatch(/skopeo failed .*(manifest unknown|not found)/s);
  });

  it('list what exists when there is no such language or version', () => {
    expect(images('build', 'brainrot')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there are ada, ') as string,
    });
    expect(images('build', 'lua@9')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there are 5.4, 5.3, 5.1') as string,
    });
  });
});

function startRegistry(scratch: string, port: number): ChildProcess {
  const config = path.join(scratch, 'registry.yml');
  fs.writeFileSync(
    config,
    `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: ${scratch}/registry } }
http: { addr: '127.0.0.1:${port}' }
`,
  );
  return spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
}

/** An image of this machine's Lua: the interpreter, a shell and their libraries, with a set-user-id file to be disarmed. */
function pushLua(scratch: string, port: number): void {
  const layout = path.join(scratch, 'layout');
  const bundle = path.join(scratch, 'bundle');
  const image = `${layout}:lua`;
  must('umoci', ['init', '--layout', layout]);
  must('umoci', ['new', '--image', image]);
  must('umoci', ['unpack', '--image', image, bundle]);
  const root = path.join(bundle, 'rootfs');
  // Where no job looks by itself, as the images of Java, Go and Rust have it.
  copyWithLibraries('/usr/bin/lua5.4', root, '/opt/lua/bin/lua');
  copyWithLibraries('/bin/sh', root);
  fs.copyFileSync('/bin/sh', path.join(root, 'opt/lua/bin/rights'));
  fs.chmodSync(path.join(root, 'opt/lua/bin/rights'), 0o6755);
  must('umoci', ['repack', '--image', image, bundle]);
  must('umoci', ['config', '--image', image, '--config.env', 'PATH=/opt/lua/bin:/usr/bin:/bin']);
  must('skopeo', [
    'copy',
    '--quiet',
    '--dest-tls-verify=false',
    `oci:${image}`,
    `docker://localhost:${port}/nickblah/lua:5.4`,
  ]);
}

async function untilItAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}
