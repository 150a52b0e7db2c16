import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { project } from '../../kit/cli/run';
import { startSandpiper } from '../../kit/cli/start';
import { numberOf, startStorageFront, type StorageFront } from '../../kit/clouds/gcp/storage-front';
import { startFakeGcs, type FakeGcs } from '../../kit/machines/fake-gcs';
import { gcpCloud } from '../../kit/machines/gcp-cloud';
import { temporaryDirectory } from '../../kit/terraform';

const PROJECT = 'acme-prod';
const BUCKET = 'acme-prod-sandpiper-bootstrap';
/** fake-gcs-server is built with Go where it is not in the cache. */
const FIRST_BUILD_MS = 600_000;
const KEY = `projects/${PROJECT}/locations/europe-west3/keyRings/ring/cryptoKeys/key`;

describe('./sandpiper bootstrap gcp', () => {
  let fakeGcs: FakeGcs;
  let front: StorageFront;

  beforeAll(async () => {
    fakeGcs = await startFakeGcs();
    front = await startStorageFront(fakeGcs);
  }, FIRST_BUILD_MS);
  beforeEach(() => {
    front.forget();
    front.refuse = () => undefined;
  });
  afterAll(async () => {
    await front.stop();
    await fakeGcs.stop();
  });

  const bootstrap = (...args: string[]) =>
    startSandpiper(['bootstrap', 'gcp', ...args], {
      STORAGE_EMULATOR_HOST: front.endpoint,
      GCP_PROJECT: PROJECT,
      GCP_REGION: 'europe-west3',
    }).ended;
  const AS_IT_SHOULD_BE = {
    exitCode: 0,
    stdout: `gs://${BUCKET}: is as it should be; nothing was changed\n`,
    stderr: '',
  };
  const WANTED = {
    location: 'EUROPE-WEST3',
    storageClass: 'STANDARD',
    iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'enforced' },
    versioning: { enabled: true },
    softDeletePolicy: { retentionDurationSeconds: '604800' },
    lifecycle: {
      rule: [
        { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 90, isLive: false } },
        { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
      ],
    },
    labels: { application: 'sandpiper', purpose: 'bootstrap' },
  };

  it('makes a bucket that is closed, versioned and tidied, in the project and region', async () => {
    expect(await bootstrap()).toEqual({ exitCode: 0, stdout: `gs://${BUCKET}: made\n`, stderr: '' });
    const bucket = front.buckets.get(BUCKET)!;
    expect(bucket).toMatchObject(WANTED);
    expect(bucket.projectNumber).toBe(numberOf(PROJECT));
    expect(bucket).not.toHaveProperty('encryption');
  });

  it('changes nothing the second time, and says so', async () => {
    expect(await bootstrap()).toEqual(AS_IT_SHOULD_BE);
    expect(front.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('mends what was changed, says what, and leaves what others added', async () => {
    const bucket = front.buckets.get(BUCKET)!;
    const others = { action: { type: 'SetStorageClass', storageClass: 'NEARLINE' }, condition: { age: 365 } };
    const shortened = { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 3, isLive: false } };
    front.buckets.set(BUCKET, {
      ...bucket,
      versioning: { enabled: false },
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'inherited' },
      lifecycle: { rule: [others, shortened] },
      labels: { team: 'runners', application: 'sandpiper' },
    });
    const { exitCode, stdout } = await bootstrap();
    expect(exitCode).toBe(0);
    const [first, , ...rows] = stdout.trim().split('\n');
    expect(first).toBe(`gs://${BUCKET}: changed`);
    expect(rows.map((row) => row.split('  ')[0])).toEqual(['access', 'versioning', 'lifecycle', 'labels']);
    expect(front.buckets.get(BUCKET)).toMatchObject({
      ...WANTED,
      lifecycle: { rule: [...WANTED.lifecycle.rule, others] },
      labels: { team: 'runners', ...WANTED.labels },
    });
    expect(await bootstrap()).toEqual(AS_IT_SHOULD_BE);
  });

  it('encrypts with a key that it is given, keeps it, and goes back when told to', async () => {
    expect((await bootstrap('--kms-key', KEY)).stdout).toContain(`encryption  Google’s keys  ${KEY}\n`);
    expect(front.buckets.get(BUCKET)).toMatchObject({ encryption: { defaultKmsKeyName: KEY } });
    expect(await bootstrap()).toEqual(AS_IT_SHOULD_BE);
    expect((await bootstrap('--kms-key', 'none')).stdout).toContain('Google’s keys\n');
    expect(front.buckets.get(BUCKET)).not.toHaveProperty('encryption');
  });

  it('refuses what cannot be, naming it', async () => {
    const key = await bootstrap('--kms-key', 'my-key');
    expect(key).toMatchObject({ exitCode: 2 });
    expect(key.stderr).toContain('--kms-key: "my-key" is not projects/');
    const project = await bootstrap('--project', 'Acme');
    expect(project).toMatchObject({
      exitCode: 2,
      stderr: 'sandpiper: --project (or GCP_PROJECT): "Acme" does not look like one\n',
    });
    expect((await bootstrap('--region', 'europe-west4')).stderr).toContain(
      `gs://${BUCKET}: lies in europe-west3, not in europe-west4, and cannot be moved`,
    );
  });

  it('says when the bucket is another project’s, and which permission is missing', async () => {
    const own = front.buckets.get(BUCKET)!;
    front.buckets.set(BUCKET, { ...own, projectNumber: numberOf('somebody-else') });
    expect(await bootstrap()).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `sandpiper: gs://${BUCKET}: belongs to another project than ${PROJECT}: choose another application name (--application, APPLICATION)\n`,
    });
    front.buckets.set(BUCKET, own);
    front.refuse = () => ({ status: 403, message: 'me@acme.example does not have it.' });
    expect((await bootstrap()).stderr).toBe(
      `sandpiper: gs://${BUCKET}: access denied: needs storage.buckets.list in the project ${PROJECT} (me@acme.example does not have it.)\n`,
    );
  });
});

describe('Cloud Storage with application default credentials', () => {
  let fakeGcs: FakeGcs;
  let front: StorageFront;
  const home = temporaryDirectory('home');
  beforeAll(async () => {
    fakeGcs = await startFakeGcs();
    front = await startStorageFront(fakeGcs);
    // Compiles what is stale.
    await startSandpiper(['--help'], {}).ended;
  });
  afterAll(async () => {
    await front.stop();
    await fakeGcs.stop();
    fs.rmSync(home, { recursive: true });
  });
  /** In a process of its own: Google's library loads parts of itself in a way that jest does not know. */
  const list = async (env: NodeJS.ProcessEnv) => {
    const program = `
      const { openGcs } = require(${JSON.stringify(path.join(project, 'dist/tools/artifacts/bootstrap/gcs-api'))});
      const call = { method: 'GET', url: '/storage/v1/b?project=${PROJECT}', bucket: '${BUCKET}', permission: 'any' };
      openGcs({ endpoint: '${front.endpoint}' }).call(call).then(
        ({ status }) => console.log(status),
        ({ message }) => console.log(message),
      );`;
    const { GOOGLE_APPLICATION_CREDENTIALS: _credentials, ...inherited } = process.env;
    const run = promisify(execFile)(process.execPath, ['-e', program], { env: { ...inherited, HOME: home, ...env } });
    return (await run).stdout.trim();
  };

  it('shows the token of the machine’s own identity, and says what to do when it is refused', async () => {
    const cloud = gcpCloud({ storageEndpoint: fakeGcs.endpoint, project: PROJECT, region: 'europe-west3' });
    const metadata = http.createServer(cloud.metadata({ id: '1', address: '127.0.0.1', bootScript: '' }));
    await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
    try {
      const host = `127.0.0.1:${(metadata.address() as AddressInfo).port}`;
      const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
      const answer = await fetch(url, { headers: { 'Metadata-Flavor': 'Google' } });
      front.token = ((await answer.json()) as { access_token: string }).access_token;
      const env = { GCE_METADATA_HOST: host, METADATA_SERVER_DETECTION: 'assume-present' };
      expect(await list(env)).toBe('200');
      front.token = 'another one';
      expect(await list(env)).toMatch(/^the Google credentials have expired or are not valid: run `gcloud auth/);
    } finally {
      metadata.closeAllConnections();
      metadata.close();
    }
  });

  it('says what to do when there are no credentials', async () => {
    expect(await list({ GOOGLE_APPLICATION_CREDENTIALS: `${home}/none.json` })).toMatch(
      /^no Google credentials: run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS \(/,
    );
  });
});
