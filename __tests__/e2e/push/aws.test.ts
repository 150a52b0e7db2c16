import * as fs from 'node:fs';
import {
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { buildGoPrograms } from '../../../tools/artifacts/build/go-programs';
import { publishPrograms } from '../../../tools/artifacts/build/pushed-programs';
import { readProgramManifest } from '../../../modules/machine/program-manifest';
import { partsOf, startS3Front, type S3Front } from '../../kit/clouds/aws/s3-front';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import type { CliRun } from '../../kit/cli/run';
import { startSandpiper } from '../../kit/cli/start';
import { buildArtifacts, type BuiltArtifacts } from '../../kit/playground/built-artifacts';
import { requireTool } from '../../kit/require-tool';
import { temporaryDirectory } from '../../kit/terraform';

const MIB = 1024 * 1024;
const PART = 8 * MIB;
const BUCKET = 'sandpiper-bootstrap-123456789012-eu-central-1';
/** Three whole parts and a short one. */
const RUNNER = { bytes: 3 * PART + 4711, parts: 4 };

describe('./sandpiper push aws', () => {
  requireTool(['moto_server', 'go']);
  let moto: Moto;
  let front: S3Front;
  let s3: S3Client;
  const directories: string[] = [];

  beforeAll(async () => {
    moto = await startMoto();
    front = await startS3Front(moto.port);
    s3 = new S3Client({
      region: 'eu-central-1',
      endpoint: front.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
    });
    expect(await cli('bootstrap', 'aws')).toMatchObject({ exitCode: 0 });
  });
  beforeEach(() => {
    front.forget();
    front.release();
    front.refuse = () => undefined;
    front.listsSums = true;
  });
  afterAll(async () => {
    s3.destroy();
    await front.stop();
    await moto.stop();
    for (const directory of directories) fs.rmSync(directory, { recursive: true, force: true });
  });

  const start = (...args: string[]) =>
    startSandpiper(args, {
      AWS_ENDPOINT_URL: front.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-central-1',
    });
  const cli = (...args: string[]): Promise<CliRun> => start(...args).ended;
  const push = (built: BuiltArtifacts) => cli('push', 'aws', '--artifacts', built.directory);
  const build = (bytes: Partial<Parameters<typeof buildArtifacts>[0]> = {}) => {
    const built = buildArtifacts({ gateway: 1000, runner: 2000, image: 3000, ...bytes });
    directories.push(built.directory);
    return built;
  };
  const stored = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    return Buffer.from(await Body!.transformToByteArray());
  };
  const states = ({ stdout }: CliRun) =>
    Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => [line.split('/')[0], line.split(/ +/).at(-1)]),
    );

  it('sends everything once, the manifest last, and nothing a second time', async () => {
    const built = build({ runner: RUNNER.bytes });
    const first = await push(built);
    expect(first).toMatchObject({ exitCode: 0 });
    const all = ['gateway', 'runner', 'images', 'manifests'];
    expect(states(first)).toEqual(Object.fromEntries(all.map((name) => [name, 'uploaded'])));
    const { gateway, runner, images } = built.manifest;
    for (const object of [gateway, runner, images[0]!]) {
      expect((await stored(object.key)).equals(fs.readFileSync(built.file(object)))).toBe(true);
    }
    expect(JSON.parse((await stored(built.manifestKey)).toString())).toEqual(built.manifest);
    expect(front.requests.filter(({ method }) => method === 'PUT').at(-1)!.key).toBe(built.manifestKey);
    expect(partsOf(front, runner.key)).toHaveLength(RUNNER.parts);
    // The log is plain lines: no terminal, no control characters.
    expect(first.stderr).toMatch(/^(sandpiper: [ -~]+\n)+$/);

    front.forget();
    const second = await push(built);
    expect(second).toMatchObject({ exitCode: 0, stderr: '' });
    expect(states(second)).toEqual(Object.fromEntries(all.map((name) => [name, 'there'])));
    expect(front.requests.filter(({ method }) => method === 'PUT' || method === 'POST')).toEqual([]);
  });

  it.each([
    ['by their SHA-256, after a kill', true, 'SIGKILL', null],
    ['by their ETags, where the store lists no sums, after Ctrl-C', false, 'SIGINT', 130],
  ] as const)('goes on with the parts that are missing, known %s', async (_, listsSums, signal, exitCode) => {
    front.listsSums = listsSums;
    const built = build({ runner: RUNNER.bytes });
    const { runner } = built.manifest;
    const heldBack = front.holdAfter(2);
    const interrupted = start('push', 'aws', '--artifacts', built.directory);
    await heldBack;
    interrupted.kill(signal);
    const ended = await interrupted.ended;
    expect(ended.exitCode).toBe(exitCode);
    if (signal === 'SIGINT') {
      expect(ended.stderr).toContain('interrupted: what was sent is kept; the same command goes on from there\n');
      expect(ended.stderr).not.toContain('    at ');
    }

    front.release();
    front.forget();
    const resumed = await push(built);
    expect(states(resumed)).toEqual({ gateway: 'there', runner: 'resumed', images: 'uploaded', manifests: 'uploaded' });
    // Two parts are there. That none of them was sent again is what this is about.
    expect(partsOf(front, runner.key)).toHaveLength(RUNNER.parts - 2);
    expect((await stored(runner.key)).equals(fs.readFileSync(built.file(runner)))).toBe(true);
  });

  it('sends a part again that is not the file’s', async () => {
    const built = build({ runner: RUNNER.bytes });
    const { runner } = built.manifest;
    const heldBack = front.holdAfter(2);
    const interrupted = start('push', 'aws', '--artifacts', built.directory);
    await heldBack;
    interrupted.kill('SIGKILL');
    await interrupted.ended;
    const parts = partsOf(front, runner.key);
    const { query } = parts[0]!;
    front.release();
    await fetch(`${front.endpoint}/${BUCKET}/${runner.key}?${query.toString()}`, {
      method: 'PUT',
      body: Buffer.alloc(PART),
      headers: { authorization: AUTHORIZATION, 'x-amz-checksum-sha256': ZEROES_SUM },
    });
    front.forget();
    expect(states(await push(built))).toMatchObject({ runner: 'resumed' });
    expect(partsOf(front, runner.key).map((part) => part.query.get('partNumber'))).toContain(query.get('partNumber'));
    expect((await stored(runner.key)).equals(fs.readFileSync(built.file(runner)))).toBe(true);
  });

  it('replaces an object whose bytes are not those of its name', async () => {
    const built = build();
    const { gateway } = built.manifest;
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: gateway.key, Body: Buffer.alloc(gateway.bytes) }));
    expect(states(await push(built))).toMatchObject({ gateway: 'uploaded' });
    expect((await stored(gateway.key)).equals(fs.readFileSync(built.file(gateway)))).toBe(true);
  });

  it('refuses a damaged file, naming it, before anything is sent', async () => {
    const built = build();
    const file = built.file(built.manifest.images[0]!);
    fs.writeFileSync(file, Buffer.alloc(built.manifest.images[0]!.bytes));
    const { exitCode, stderr } = await push(built);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^sandpiper: ${file}: has the SHA-256 [0-9a-f]{64}, not that of its name; .*build`),
    );
    expect(front.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
    await expect(s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: built.manifest.gateway.key }))).rejects.toThrow();

    fs.truncateSync(file, 10);
    expect((await push(built)).stderr).toContain('has 10 bytes, not 3000');
    fs.rmSync(file);
    expect((await push(built)).stderr).toContain('cannot be read (ENOENT)');
  });

  it('sends the Go programs without anything of a playground: each one executable file', async () => {
    const directory = temporaryDirectory('programs');
    directories.push(directory);
    const programs = buildGoPrograms(['linux-x64', 'linux-arm64']);
    const manifest = readProgramManifest(publishPrograms(programs, directory)!);
    const pushed = await cli('push', 'aws', '--artifacts', directory);
    expect(pushed).toMatchObject({ exitCode: 0 });
    const { userApi, hostAgent } = manifest.programs.arm64!;
    for (const [name, { key }] of Object.entries({ 'user-api': userApi, 'host-agent': hostAgent })) {
      const { file } = programs.find(({ program, target }) => program === name && target === 'linux-arm64')!;
      expect((await stored(key)).equals(fs.readFileSync(file))).toBe(true);
    }
    expect(pushed.stdout.match(/ uploaded$/gm)).toHaveLength(5);
  });

  it('says what to do when nothing was built, and when the bucket is missing', async () => {
    const empty = temporaryDirectory('artifacts');
    directories.push(empty);
    const unbuilt = await cli('push', 'aws', '--artifacts', empty);
    expect(unbuilt).toMatchObject({ exitCode: 1, stdout: '' });
    expect(unbuilt.stderr).toContain('manifest.json does not exist; `./sandpiper build` (with --playground: ');
    const { exitCode, stderr } = await cli('push', 'aws', '--artifacts', build().directory, '--application', 'other');
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      'sandpiper: s3://other-bootstrap-123456789012-eu-central-1: there is no such bucket: `./sandpiper bootstrap aws` makes it\n',
    );
  });

  it('names bucket, key and permission when it may not write, and credentials that have expired', async () => {
    const built = build();
    front.refuse = ({ method, key }) =>
      method === 'PUT' && key !== ''
        ? { status: 403, code: 'AccessDenied', message: 'no policy allows it' }
        : undefined;
    const denied = await push(built);
    expect(denied.exitCode).toBe(1);
    expect(denied.stderr).toContain(
      `s3://${BUCKET}/${built.manifest.gateway.key}: access denied: needs s3:PutObject, and the bucket must be this account's (AccessDenied: no policy allows it)\n`,
    );
    front.refuse = () => ({ status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' });
    expect((await push(built)).stderr).toBe(
      'sandpiper: the AWS credentials have expired: sign in again (`aws sso login`, or a new session token)\n',
    );
  });

  it('does not send into the bucket of somebody else', async () => {
    front.owners.set(BUCKET, '999999999999');
    const { exitCode, stderr } = await push(build());
    front.owners.clear();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("needs s3:ListBucketMultipartUploads, and the bucket must be this account's");
  });

  it('tries again after errors that pass', async () => {
    const built = build({ runner: RUNNER.bytes });
    let left = 3;
    front.refuse = ({ query }) =>
      query.has('partNumber') && left-- > 0 ? { status: 503, code: 'SlowDown' } : undefined;
    expect(states(await push(built))).toMatchObject({ runner: 'uploaded' });
    expect(partsOf(front, built.manifest.runner.key)).toHaveLength(RUNNER.parts + 3);
  });

  it('answers for a bucket policy that only TLS passes', async () => {
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
    const { Statement } = JSON.parse(Policy!) as { Statement: { Sid: string }[] };
    expect(Statement.map(({ Sid }) => Sid)).toEqual(['TlsOnly', 'Tls12OrNewer']);
  });
});

/** moto looks at no more of it than whose it is. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0';
const ZEROES_SUM = 'La6x82CVtEsxhBCz9Oi12Yncx7sCPRQmxJLasKMFPnQ=';
