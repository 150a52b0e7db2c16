import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { packRoot } from '../../../tools/artifacts/images/root';
import { catalogue } from '../../../tools/provision/catalogue';
import { fetchImage } from '../../../services/images/fetch-image';
import type { ListedImage } from '../../../services/images/image-list';
import { gcsSource } from '../../../services/images/source/gcs-source';
import { writeOfferedFile } from '../../../services/languages/offered-file';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { startRedis, type RedisServer } from '../../kit/engines/redis-server';
import { createQueues, sqsEnvironment } from '../../kit/engines/simulated-sqs';
import { copyWithLibraries, must } from '../../kit/machines/small-root';
import { startFakeGcs } from '../../kit/machines/fake-gcs';
import { openPlayground, type GatewayProgram, type Playground, type Program } from '../../kit/playground/processes';
import { requireTool } from '../../kit/require-tool';

const BUCKET = 'images-of-the-tests';
const REGION = 'eu-central-1';
const TOOLS = ['root', 'crun', 'gcc', 'redis-server', 'moto_server', 'mksquashfs', 'lua5.4'];

/** Runners that have no toolchain and no image when they start. */
describe('images that are fetched on demand', () => {
  requireTool(TOOLS);
  jest.setTimeout(120_000);
  let scratch: string;
  let moto: Moto;
  let redis: RedisServer;
  let s3: S3Client;
  let playground: Playground;
  let gateway: GatewayProgram;
  let runner: Program;
  let settings: Readonly<Record<string, string>>;
  const images = new Map<string, ListedImage & { readonly file: string }>();

  beforeAll(async () => {
    scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'on-demand-'));
    images.set('lua', await buildImage(scratch, 'lua', '/usr/bin/lua5.4', 'lua'));
    images.set('bash', await buildImage(scratch, 'bash', '/bin/bash', 'bash'));
    const listFile = path.join(scratch, 'images.json');
    const listed = [...images.values()].map(({ file: _, ...image }) => image);
    fs.writeFileSync(listFile, JSON.stringify({ schemaVersion: 1, images: listed }));
    const languagesFile = path.join(scratch, 'languages.json');
    writeOfferedFile(
      languagesFile,
      listed.map(({ language: id, version, exactVersion }) => {
        const language = catalogue().find((one) => one.id === id)!;
        return { language, version: language.versions.find((one) => one.version === version)!, exactVersion };
      }),
    );
    [moto, redis] = await Promise.all([startMoto(), startRedis()]);
    s3 = new S3Client({
      region: REGION,
      endpoint: moto.endpoint,
      forcePathStyle: true,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await s3.send(
      new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }),
    );
    await put('lua');
    const { queueUrl, deadLetterQueueUrl } = await createQueues(moto.endpoint);
    settings = {
      SANDPIPER_LANGUAGES: languagesFile,
      SANDPIPER_IMAGE_LIST: listFile,
      SANDPIPER_IMAGES: path.join(scratch, 'kept'),
      SANDPIPER_IMAGE_SOURCE: `s3://${BUCKET}/${REGION}`,
      SANDPIPER_HOT_LANGUAGES: 'lua',
      SANDPIPER_LEASE_SECONDS: '10',
      LOG_LEVEL: 'info',
    };
    playground = await openPlayground(
      {
        ...sqsEnvironment,
        AWS_ENDPOINT_URL_S3: moto.endpoint,
        SANDPIPER_QUEUE: queueUrl,
        SANDPIPER_DEAD_LETTERS: deadLetterQueueUrl,
        SANDPIPER_EVENTS: `redis://127.0.0.1:${redis.port}`,
      },
      [],
    );
    [gateway, runner] = await Promise.all([
      playground.startGateway({ SANDPIPER_LANGUAGES: languagesFile }),
      playground.startRunner(settings),
    ]);
  });
  afterAll(async () => {
    await playground?.stop();
    s3?.destroy();
    await Promise.all([moto?.stop(), redis?.stop()]);
    if (scratch) fs.rmSync(scratch, { recursive: true, force: true });
  });

  const put = async (language: string): Promise<void> => {
    const { key, file } = images.get(language)!;
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: fs.readFileSync(file) }));
  };
  const run = async (language: string, content: string): Promise<any> => {
    const response = await fetch(`${gateway.url}/v1/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ language, files: [{ content }] }),
    });
    return response.json();
  };
  const kept = (language: string) => path.join(scratch, 'kept', `${images.get(language)!.sha256}.squashfs`);
  /** Of one process: other suites have images mounted too. */
  const mountsOf = ({ child }: Program): readonly string[] =>
    fs.readFileSync('/proc/mounts', 'utf8').match(new RegExp(`\\S*sandpiper-images/${child.pid}-\\S*`, 'g')) ?? [];
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it('are there before the first job, where their language is a hot one', async () => {
    await until(() => fs.existsSync(kept('lua')));
    expect(fs.existsSync(kept('bash'))).toBe(false);
  });

  it('are what jobs run in', async () => {
    const result = await run('lua', 'print(_VERSION, io.open("/usr/bin/python3") and "host" or "image")');
    expect(result).toMatchObject({ result: { stdout: 'Lua 5.4\timage\n' } });
  });

  it('are tried again where a bucket has them later', async () => {
    const result = run('bash', 'echo bash of $(type -t lua5.4 || echo its image)');
    await until(() => runner.log().includes('a job is put back'));
    expect(runner.log()).toContain(`s3://${BUCKET}/${images.get('bash')!.key}: NoSuchKey`);
    await put('bash');
    expect(await result).toMatchObject({ result: { stdout: 'bash of its image\n' } });
  });

  it('are found again by the next runner, which removes what a killed one left mounted', async () => {
    const first = runner;
    const left = mountsOf(first);
    expect(left.length).toBeGreaterThanOrEqual(2);
    await first.end('SIGKILL');
    expect(mountsOf(first)).toEqual(left);
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: images.get('lua')!.key }));
    runner = await playground.startRunner(settings);
    expect(await run('lua', 'print(1 + 1)')).toMatchObject({ result: { stdout: '2\n' } });
    expect(mountsOf(first)).toEqual([]);
    expect(runner.log()).not.toContain('an image was fetched');
    await runner.end('SIGTERM');
    expect(mountsOf(runner)).toEqual([]);
  });

  it('come from Cloud Storage the same way, and go on in their middle', async () => {
    const { key, sha256, bytes, file } = images.get('lua')!;
    const gcs = await startFakeGcs();
    try {
      await gcs.createBucket(BUCKET);
      await gcs.putObject(BUCKET, key, fs.readFileSync(file));
      const source = gcsSource(BUCKET, gcs.endpoint);
      let reads = 0;
      const breaking: typeof source = {
        ...source,
        read: async (...given) => {
          const body = await source.read(...given);
          if (reads++ === 0) setImmediate(() => body.destroy(new Error('the connection broke')));
          return body;
        },
      };
      const target = path.join(scratch, 'from-gcs');
      await fetchImage(breaking, { key, sha256, bytes }, target, { pauseMs: 1 });
      expect(reads).toBe(2);
      expect(fs.readFileSync(target).equals(fs.readFileSync(file))).toBe(true);
      await expect(fetchImage(source, { key: 'images/none', sha256, bytes }, target)).rejects.toThrow(
        `gs://${BUCKET}/images/none: 404`,
      );
    } finally {
      await gcs.stop();
    }
  });
});

/** An image of one interpreter of this machine, and a shell. */
async function buildImage(scratch: string, language: string, program: string, name: string) {
  const root = path.join(scratch, `${language}-root`);
  for (const each of [program, '/bin/sh']) copyWithLibraries(each, root);
  if (path.basename(program) !== name) fs.symlinkSync(path.basename(program), path.join(root, 'usr/bin', name));
  const file = path.join(scratch, `${language}.squashfs`);
  await packRoot(root, file);
  const data = fs.readFileSync(file);
  const sha256 = crypto.createHash('sha256').update(data).digest('hex');
  const version = catalogue().find(({ id }) => id === language)!.versions[0]!.version;
  const exactVersion = must(program, [language === 'lua' ? '-v' : '--version']).match(/\d+\.\d+(\.\d+)?/)![0];
  return { language, version, exactVersion, key: `images/${sha256}.squashfs`, sha256, bytes: data.length, file };
}
