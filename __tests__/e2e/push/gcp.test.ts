import * as fs from 'node:fs';
import * as path from 'node:path';
import type { CliRun } from '../../kit/cli/run';
import { startSandpiper } from '../../kit/cli/start';
import { chunksOf, startStorageFront, type StorageFront } from '../../kit/clouds/gcp/storage-front';
import { startFakeGcs, type FakeGcs } from '../../kit/machines/fake-gcs';
import { buildArtifacts, type BuiltArtifacts } from '../../kit/playground/built-artifacts';
import { temporaryDirectory } from '../../kit/terraform';

const CHUNK = 8 * 1024 * 1024;
const PROJECT = 'acme-prod';
const BUCKET = 'acme-prod-sandpiper-bootstrap';
/** fake-gcs-server is built with Go where it is not in the cache. */
const FIRST_BUILD_MS = 600_000;
/** Two whole chunks and a short one. */
const RUNNER = { bytes: 2 * CHUNK + 4711, chunks: 3 };

describe('./sandpiper push gcp', () => {
  let fakeGcs: FakeGcs;
  let front: StorageFront;
  const cache = temporaryDirectory('cache');
  const directories: string[] = [cache];

  beforeAll(async () => {
    fakeGcs = await startFakeGcs();
    front = await startStorageFront(fakeGcs);
    expect(await cli('bootstrap', 'gcp', '--region', 'europe-west3')).toMatchObject({ exitCode: 0 });
  }, FIRST_BUILD_MS);
  beforeEach(() => {
    front.forget();
    front.release();
    front.refuse = () => undefined;
  });
  afterAll(async () => {
    await front.stop();
    await fakeGcs.stop();
    for (const directory of directories) fs.rmSync(directory, { recursive: true, force: true });
  });

  const start = (...args: string[]) =>
    startSandpiper([...args, '--project', PROJECT], { STORAGE_EMULATOR_HOST: front.endpoint, XDG_CACHE_HOME: cache });
  const cli = (...args: string[]): Promise<CliRun> => start(...args).ended;
  const push = (built: BuiltArtifacts) => cli('push', 'gcp', '--artifacts', built.directory);
  const build = (bytes: Partial<Parameters<typeof buildArtifacts>[0]> = {}) => {
    const built = buildArtifacts({ gateway: 1000, runner: 2000, image: 3000, ...bytes });
    directories.push(built.directory);
    return built;
  };
  const stored = async (key: string) => {
    const answer = await fetch(`${fakeGcs.endpoint}/storage/v1/b/${BUCKET}/o/${encodeURIComponent(key)}?alt=media`);
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };
  const states = ({ stdout }: CliRun) =>
    Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => [line.split('/')[0], line.split(/ +/).at(-1)]),
    );
  const sessionFiles = () => fs.readdirSync(path.join(cache, 'sandpiper', 'uploads'));
  /** A push that was ended when one chunk of the runner's archive, the only one of several chunks, was kept. */
  const interrupted = async (built: BuiltArtifacts, signal: NodeJS.Signals) => {
    const held = front.hold(`bytes ${CHUNK}-`);
    const run = start('push', 'gcp', '--artifacts', built.directory);
    await held;
    run.kill(signal);
    const ended = await run.ended;
    front.release();
    return ended;
  };

  it('sends everything once, the manifest last, and nothing a second time', async () => {
    const built = build({ runner: RUNNER.bytes });
    const first = await push(built);
    const all = ['gateway', 'runner', 'images', 'manifests'];
    expect(states(first)).toEqual(Object.fromEntries(all.map((name) => [name, 'uploaded'])));
    const { gateway, runner, images } = built.manifest;
    for (const object of [gateway, runner, images[0]!]) {
      expect((await stored(object.key)).equals(fs.readFileSync(built.file(object)))).toBe(true);
    }
    expect(JSON.parse((await stored(built.manifestKey)).toString())).toEqual(built.manifest);
    const begun = front.requests.filter(({ query }) => query.has('name')).map(({ query }) => query.get('name'));
    expect(begun.at(-1)).toBe(built.manifestKey);
    expect(chunksOf(front).filter(({ range }) => range!.endsWith(`/${RUNNER.bytes}`))).toHaveLength(RUNNER.chunks);
    expect(sessionFiles()).toEqual([]);

    front.forget();
    const second = await push(built);
    expect(second.stderr).toBe('');
    expect(states(second)).toEqual(Object.fromEntries(all.map((name) => [name, 'there'])));
    expect(front.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it.each([
    ['a kill', 'SIGKILL', null],
    ['Ctrl-C', 'SIGINT', 130],
  ] as const)('goes on where it stopped after %s, and keeps the session to itself', async (_, signal, exitCode) => {
    const built = build({ runner: RUNNER.bytes });
    const { runner } = built.manifest;
    const ended = await interrupted(built, signal);
    expect(ended.exitCode).toBe(exitCode);
    const kept = sessionFiles().map((name) => path.join(cache, 'sandpiper', 'uploads', name));
    expect(kept.map((file) => fs.statSync(file).mode & 0o777)).toEqual(kept.map(() => 0o600));
    expect(kept.map((file) => JSON.parse(fs.readFileSync(file, 'utf8')) as object)).toContainEqual({
      bucket: BUCKET,
      key: runner.key,
      uri: expect.stringMatching(/^http/) as string,
    });

    front.forget();
    expect(states(await push(built))).toMatchObject({ runner: 'resumed', manifests: 'uploaded' });
    const ofRunner = front.requests.filter(({ range }) => range?.endsWith(`/${RUNNER.bytes}`));
    expect(ofRunner.map(({ range }) => range)).toEqual([
      `bytes */${RUNNER.bytes}`,
      `bytes ${CHUNK}-${2 * CHUNK - 1}/${RUNNER.bytes}`,
      `bytes ${2 * CHUNK}-${RUNNER.bytes - 1}/${RUNNER.bytes}`,
    ]);
    expect((await stored(runner.key)).equals(fs.readFileSync(built.file(runner)))).toBe(true);
    expect(sessionFiles()).toEqual([]);
  });

  it.each([
    ['has ended', () => front.endSessions()],
    [
      'is refused',
      () =>
        (front.refuse = ({ range }) =>
          range === `bytes */${RUNNER.bytes}` ? { status: 400, message: 'no such session' } : undefined),
    ],
  ])('begins anew when the session %s', async (_, end) => {
    const built = build({ runner: RUNNER.bytes });
    await interrupted(built, 'SIGKILL');
    end();
    front.forget();
    expect(states(await push(built))).toMatchObject({ runner: 'uploaded' });
    expect(chunksOf(front).filter(({ range }) => range!.endsWith(`/${RUNNER.bytes}`))).toHaveLength(RUNNER.chunks);
  });

  it('goes by what was kept of a chunk whose connection was cut', async () => {
    const built = build({ gateway: CHUNK, runner: 10, image: 10 });
    expect(states(await push(built))).toMatchObject({ gateway: 'uploaded' });
    const next = build({ gateway: 2 * CHUNK, runner: 10, image: 10 });
    const kept = 3 * 256 * 1024;
    let isCut = false;
    front.refuse = ({ range }) => {
      if (!isCut && range?.startsWith('bytes 0-') && range.endsWith(`/${2 * CHUNK}`)) {
        isCut = true;
        front.cutNextChunkAfter = kept;
      }
      return undefined;
    };
    front.forget();
    expect(states(await push(next))).toMatchObject({ gateway: 'uploaded' });
    const ranges = front.requests.filter(({ range }) => range?.endsWith(`/${2 * CHUNK}`)).map(({ range }) => range);
    expect(ranges.slice(0, 3)).toEqual([
      `bytes 0-${CHUNK - 1}/${2 * CHUNK}`,
      `bytes */${2 * CHUNK}`,
      `bytes ${kept}-${kept + CHUNK - 1}/${2 * CHUNK}`,
    ]);
    expect((await stored(next.manifest.gateway.key)).equals(fs.readFileSync(next.file(next.manifest.gateway)))).toBe(
      true,
    );
  });

  it('replaces an object whose bytes are not those of its name', async () => {
    const built = build();
    const { gateway } = built.manifest;
    await fakeGcs.putObject(BUCKET, gateway.key, Buffer.alloc(gateway.bytes));
    expect(states(await push(built))).toMatchObject({ gateway: 'uploaded' });
    expect((await stored(gateway.key)).equals(fs.readFileSync(built.file(gateway)))).toBe(true);
  });

  it('tries again after errors that pass', async () => {
    const built = build();
    let left = 3;
    front.refuse = ({ method }) =>
      method !== 'GET' && left-- > 0 ? { status: 503, message: 'Backend Error' } : undefined;
    expect(states(await push(built))).toMatchObject({ gateway: 'uploaded', runner: 'uploaded', images: 'uploaded' });
  });

  it('says what to do when the bucket is missing, and names bucket, key and permission when it may not write', async () => {
    const missing = await cli('push', 'gcp', '--artifacts', build().directory, '--application', 'other');
    expect(missing).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'sandpiper: gs://acme-prod-other-bootstrap: there is no such bucket: `./sandpiper bootstrap gcp` makes it\n',
    });
    const built = build();
    front.refuse = ({ method }) =>
      method === 'POST' ? { status: 403, message: 'me@acme.example does not have storage.objects.create' } : undefined;
    const denied = await push(built);
    expect(denied.exitCode).toBe(1);
    expect(denied.stderr).toMatch(
      /gs:\/\/acme-prod-sandpiper-bootstrap\/[a-z]+\/[0-9a-f]{64}[a-z.]+: access denied: needs storage\.objects\.create .*\(me@acme\.example does not have storage\.objects\.create\)\n$/,
    );
    fs.writeFileSync(built.file(built.manifest.runner), Buffer.alloc(built.manifest.runner.bytes));
    front.forget();
    expect((await push(built)).stderr).toContain('not that of its name');
    expect(front.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});
