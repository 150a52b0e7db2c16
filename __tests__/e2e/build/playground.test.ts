import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client, type BucketLocationConstraint } from '@aws-sdk/client-s3';
import { elfMachines, readElf } from '../../../tools/artifacts/build/elf';
import { buildGoPrograms } from '../../../tools/artifacts/build/go-programs';
import { packRoot } from '../../../tools/artifacts/images/root';
import { findGo } from '../../../tools/provision/go';
import { pinned } from '../../../tools/provision/pinned';
import { runscProgram } from '../../../tools/provision/runsc';
import { provisionShippedNode } from '../../../tools/provision/shipped-node';
import { readArtifactManifest, type ArtifactManifest } from '../../../contracts/artifact-manifest';
import { ImageStore, sha256Of } from '../../../services/images/store';
import { project } from '../../kit/cli/run';
import { startRedis, type RedisServer } from '../../kit/engines/redis-server';
import { createQueues, sqsEnvironment } from '../../kit/engines/simulated-sqs';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { connect, endOf } from '../../kit/gateway/test-client';
import { copyWithLibraries, must } from '../../kit/machines/small-root';
import { openPlayground, type Archives, type Playground } from '../../kit/playground/processes';
import { requireTool } from '../../kit/require-tool';
import { temporaryDirectory } from '../../kit/terraform';

/** What a build reads. The Go programs are taken over, with the times that say they are current. */
const CHECKOUT = [
  ...['cli', 'contracts', 'languages', 'modules', 'services', 'tools', 'web', 'dist/bin'],
  ...['sandpiper', 'package.json', 'package-lock.json', 'tsconfig.json'],
];
const TOOLS = ['root', 'gcc', 'go', 'mksquashfs', 'redis-server', 'moto_server'];
const BUCKET = 'sandpiper-bootstrap';

describe('what the machines of the playground run', () => {
  const isComplete = requireTool(runscProgram() === undefined ? [...TOOLS, 'runsc'] : TOOLS);
  jest.setTimeout(600_000);
  const scratch = temporaryDirectory('playground-build');
  const cache = path.join(scratch, 'cache');
  const store = new ImageStore(path.join(cache, 'sandpiper/images'));
  const checkouts = ['one', 'another/directory'].map((name) => path.join(scratch, name));
  const artifacts = checkouts.map((checkout) => path.join(checkout, 'dist/artifacts/linux-x64'));
  const [checkout = '', elsewhere = ''] = checkouts;
  const [directory = ''] = artifacts;
  afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

  const build = (cwd: string, ...args: string[]) => {
    const env = { ...process.env, XDG_CACHE_HOME: cache, SANDPIPER_RUNSC: runscProgram(), CI: undefined };
    const words = ['build', '-a', 'x64', '--playground', ...args];
    const { status, stdout, stderr } = spawnSync(path.join(cwd, 'sandpiper'), words, { cwd, env, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const manifestOf = (artifactDirectory: string): ArtifactManifest =>
    readArtifactManifest(path.join(artifactDirectory, 'manifest.json'));

  beforeAll(async () => {
    if (!isComplete) return;
    buildGoPrograms(['linux-x64']);
    for (const target of checkouts) {
      fs.mkdirSync(target, { recursive: true });
      must('cp', ['--archive', '--parents', '--target-directory', target, ...CHECKOUT]);
      fs.symlinkSync(path.join(project, 'node_modules'), path.join(target, 'node_modules'));
    }
    const node = path.dirname(await provisionShippedNode());
    fs.mkdirSync(path.dirname(store.directory), { recursive: true });
    fs.symlinkSync(node, path.join(cache, 'sandpiper', path.basename(node)));
  });

  it('is refused with the line to run while no language has an image', () => {
    expect(build(checkout)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /no language image is built.*run `.\/sandpiper build --playground --images /,
      ) as string,
    });
    expect(fs.existsSync(directory)).toBe(false);
  });

  it('is built into objects that a stack can name', async () => {
    await recordBash(store, scratch);
    const { status, stdout, stderr } = build(checkout);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    for (const step of ['bundling the gateway', 'packing the runner’s archive']) {
      expect(stderr).toMatch(new RegExp(`${step} \\.\\.\\.\n[^]*${step}: done in`));
    }
    const manifest = manifestOf(directory);
    for (const { key, sha256, bytes } of [manifest.gateway, manifest.runner, ...manifest.images]) {
      expect(stdout).toContain(`${sha256}  dist/artifacts/linux-x64/${key} (`);
      expect(await sha256Of(path.join(directory, key))).toBe(sha256);
      expect(fs.statSync(path.join(directory, key)).size).toBe(bytes);
    }
    expect(manifest.images).toMatchObject([{ language: 'bash', version: '5.2.15', exactVersion: '5.2.15' }]);
    expect(manifest.gateway.key).toMatch(/^gateway\/[0-9a-f]{64}\.tar\.gz$/);
    expect(manifest.runner.key).toMatch(/^runner\/[0-9a-f]{64}\.tar\.gz$/);
    expect(manifest.images[0]!.key).toMatch(/^images\/[0-9a-f]{64}\.squashfs$/);
  });

  it('has the same bytes from another directory', () => {
    expect(build(elsewhere, '--images', 'bash')).toMatchObject({ status: 0 });
    expect(manifestOf(artifacts[1]!)).toEqual(manifestOf(directory));
  });

  it('is not built again while nothing has changed; what no manifest names is removed', () => {
    const { gateway, runner } = manifestOf(directory);
    const made = [gateway, runner].map(({ key }) => fs.statSync(path.join(directory, key)).ino);
    const stale = [`gateway/${'0'.repeat(64)}.tar.gz`, `images/${'0'.repeat(64)}.squashfs`];
    for (const name of stale) fs.writeFileSync(path.join(directory, name), '');
    expect(build(checkout)).toMatchObject({ status: 0, stderr: '' });
    expect([gateway, runner].map(({ key }) => fs.statSync(path.join(directory, key)).ino)).toEqual(made);
    for (const name of stale) expect(fs.existsSync(path.join(directory, name))).toBe(false);
  });

  it('is refused with an image that is not what was built, and what was built before stays', () => {
    const before = manifestOf(directory);
    const copy = path.join(directory, before.images[0]!.key);
    const kept = fs.readFileSync(copy);
    fs.rmSync(copy);
    fs.writeFileSync(store.file(before.images[0]!), Buffer.concat([kept, Buffer.from('x')]));
    expect(build(checkout)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('build the image again') as string,
    });
    fs.writeFileSync(store.file(before.images[0]!), kept);
    expect(build(checkout)).toMatchObject({ status: 0 });
    expect(manifestOf(directory)).toEqual(before);
  });

  it('knows --images only beside --playground', () => {
    const { status, stderr } = spawnSync(path.join(checkout, 'sandpiper'), ['build', '--images', 'bash'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 2, stderr: 'sandpiper: --images: only with --playground\n' });
  });

  describe('as the host agent unpacks it', () => {
    let moto: Moto;
    let redis: RedisServer;
    let playground: Playground | undefined;
    let archives: Archives;

    beforeAll(async () => {
      if (!isComplete) return;
      const { gateway, runner } = manifestOf(directory);
      const unpacked = { gateway: path.join(scratch, 'machine/gateway'), runner: path.join(scratch, 'machine/runner') };
      unpackAsHostAgent(
        scratch,
        [gateway, runner].map(({ key }) => path.join(directory, key)),
        [unpacked.gateway, unpacked.runner],
      );
      // Nothing is found by the way that it was called.
      archives = { gateway: unpacked.gateway, runner: path.join(scratch, 'called') };
      fs.symlinkSync(unpacked.runner, archives.runner);
      [moto, redis] = await Promise.all([startMoto(), startRedis()]);
      const { queueUrl, deadLetterQueueUrl } = await createQueues(moto.endpoint);
      await upload(moto.endpoint, directory, manifestOf(directory).images[0]!.key);
      playground = await openPlayground(
        {
          ...sqsEnvironment,
          AWS_ENDPOINT_URL: moto.endpoint,
          SANDPIPER_QUEUE: queueUrl,
          SANDPIPER_DEAD_LETTERS: deadLetterQueueUrl,
          SANDPIPER_EVENTS: `redis://127.0.0.1:${redis.port}`,
        },
        archives,
      );
    });
    afterAll(async () => {
      await playground?.stop();
      await Promise.all([moto?.stop(), redis?.stop()]);
    });

    it('holds programs for x64 that need no libraries, and a Node.js that needs Debian’s', () => {
      for (const name of ['runsc', 'sandbox/sandbox-init', 'sandbox/sandbox-launcher']) {
        const file = path.join(archives.runner, 'lib', name);
        expect(readElf(file)).toEqual({ machine: elfMachines.x64, isDynamic: false });
        expect(fs.statSync(file).mode & 0o777).toBe(0o755);
      }
      for (const archive of [archives.gateway, archives.runner]) {
        const version = spawnSync(path.join(archive, 'lib/node'), ['--version'], { encoding: 'utf8' }).stdout;
        expect(version).toBe(`v${pinned.node}\n`);
      }
    });

    it('lists the images that the manifest lists', () => {
      const list = JSON.parse(fs.readFileSync(path.join(archives.runner, 'share/images.json'), 'utf8')) as unknown;
      expect(list).toEqual({ schemaVersion: 1, images: manifestOf(directory).images });
    });

    it('runs a job in gVisor, in an image that it fetches, and ends in order', async () => {
      const [gateway, runner] = await Promise.all([
        playground!.startGateway(),
        playground!.startRunner({
          SANDPIPER_IMAGES: path.join(scratch, 'machine/images'),
          SANDPIPER_IMAGE_SOURCE: `s3://${BUCKET}/${sqsEnvironment.AWS_REGION}`,
        }),
      ]);
      // The launcher became the program: signals reach it.
      const commandOf = (pid?: number): string[] => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      expect(commandOf(gateway.child.pid)[0]).toBe(path.join(archives.gateway, 'lib/node'));
      expect(commandOf(runner.child.pid)[0]).toBe(path.join(fs.realpathSync(archives.runner), 'lib/node'));
      expect((await fetch(`${gateway.url}/healthz`)).status).toBe(204);
      expect(await (await fetch(`${gateway.url}/`)).text()).toContain('/assets/');
      for (const name of ['/docs', '/openapi.json']) expect((await fetch(gateway.url + name)).status).toBe(200);

      const client = await connect(gateway.url);
      const { job } = await client.submit('', { language: 'bash', files: [{ content: 'cat /proc/version; exit 4' }] });
      expect(await client.next(endOf(job))).toMatchObject({ type: 'exit', exitCode: 4 });
      expect(client.outputOf(job)).toContain('-gvisor ');
      client.socket.terminate();

      await runner.end('SIGTERM');
      await gateway.end('SIGTERM');
      expect([runner.child.exitCode, gateway.child.exitCode]).toEqual([0, 0]);
      // Nothing was missing in the bundles.
      expect(gateway.log() + runner.log()).not.toMatch(/"level":[56]0|rror/);
    });

    it('asks Pub/Sub where that is its queue', async () => {
      const gateway = await playground!.startGateway({
        SANDPIPER_QUEUE: 'pubsub://demo-project/jobs/jobs',
        SANDPIPER_DEAD_LETTERS: 'pubsub://demo-project/dead/dead',
        // Nobody listens there.
        PUBSUB_EMULATOR_HOST: '127.0.0.1:9',
      });
      const answer = await fetch(`${gateway.url}/v1/runs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ language: 'bash', files: [{ content: 'true' }] }),
      });
      expect(answer.status).toBe(503);
      expect(gateway.log()).toMatch(/14 UNAVAILABLE: .*ECONNREFUSED 127\.0\.0\.1:9/);
      await gateway.end('SIGTERM');
    });

    it('leaves alone what the environment says, and refuses in one line what is wrong', () => {
      const start = (name: 'gateway' | 'runner', env: Readonly<Record<string, string>>) => {
        const file = path.join(archives[name], 'bin', name);
        const { status, stdout, stderr } = spawnSync(file, { env: { ...env }, encoding: 'utf8' });
        return { status, stdout, stderr };
      };
      expect(start('gateway', {})).toEqual({
        status: 1,
        stdout: '',
        stderr: 'gateway: PORT: is not set; it is required: Port to listen on.\n',
      });
      const engines = { SANDPIPER_QUEUE: 'memory:', SANDPIPER_EVENTS: 'memory:' };
      const missing = { ...engines, PORT: '0', APP_JWT_SECRET: 'x', SANDPIPER_LANGUAGES: '/no/such/file' };
      expect(start('gateway', missing)).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^gateway: \/no\/such\/file: .*\n$/) as string,
      });
      expect(start('runner', { SANDPIPER_SLOTS: 'many' })).toMatchObject({
        status: 1,
        stderr: 'runner: SANDPIPER_SLOTS: "many" must be a whole number from 1 to 1000\n',
      });
    });
  });
});

/** Puts a built object where machines look for it. */
async function upload(endpoint: string, directory: string, key: string): Promise<void> {
  const s3 = new S3Client({
    endpoint,
    forcePathStyle: true,
    region: sqsEnvironment.AWS_REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const LocationConstraint = sqsEnvironment.AWS_REGION as BucketLocationConstraint;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint } }));
  const Body = fs.readFileSync(path.join(directory, key));
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body }));
  s3.destroy();
}

/** An image of this machine's Bash, in place of minutes of Debian packages. */
async function recordBash(store: ImageStore, scratch: string): Promise<void> {
  const root = path.join(scratch, 'root');
  for (const program of ['/bin/bash', '/bin/cat']) copyWithLibraries(program, root);
  // Where images of registries have their interpreters.
  fs.mkdirSync(path.join(root, 'usr/local/bin'), { recursive: true });
  fs.renameSync(path.join(root, 'bin/bash'), path.join(root, 'usr/local/bin/bash'));
  const squashfs = path.join(scratch, 'bash.squashfs');
  await packRoot(root, squashfs);
  store.record({
    schemaVersion: 1,
    language: 'bash',
    version: '5.2.15',
    exactVersion: '5.2.15',
    ...(await store.add(squashfs)),
    source: { kind: 'debian', packages: ['bash'] },
  });
}

/** Unpacks archives with the host agent's own code, in a program that is laid over its module and never written there. */
function unpackAsHostAgent(scratch: string, archives: readonly string[], directories: readonly string[]): void {
  const module = path.join(project, 'services/host-agent');
  const main = path.join(scratch, 'main.go');
  const overlay = path.join(scratch, 'overlay.json');
  fs.writeFileSync(
    main,
    `package main

import (
	"log"
	"os"

	"sandpiper/services/host-agent/internal/artifact"
)

func main() {
	for at := 1; at+1 < len(os.Args); at += 2 {
		if err := artifact.Unpack(os.Args[at], os.Args[at+1]); err != nil {
			log.Fatal(err)
		}
	}
}
`,
  );
  fs.writeFileSync(overlay, JSON.stringify({ Replace: { [path.join(module, 'unpack/main.go')]: main } }));
  for (const directory of directories) fs.mkdirSync(directory, { recursive: true });
  const pairs = archives.flatMap((archive, index) => [archive, directories[index]!]);
  const { status, stderr } = spawnSync(findGo()!, ['run', '-overlay', overlay, './unpack', ...pairs], {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: '0' },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}
