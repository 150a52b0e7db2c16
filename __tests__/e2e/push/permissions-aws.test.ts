import * as fs from 'node:fs';
import * as path from 'node:path';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { partsOf, startS3Front, type S3Front } from '../../kit/clouds/aws/s3-front';
import { project } from '../../kit/cli/run';
import { startSandpiper } from '../../kit/cli/start';
import { buildArtifacts } from '../../kit/playground/built-artifacts';
import { requireTool } from '../../kit/require-tool';

const REGION = 'eu-central-1';
const PART = 8 * 1024 * 1024;

/** The actions that docs/playground.md says a push needs. */
function documented(): readonly string[] {
  const text = fs.readFileSync(path.join(project, 'docs', 'playground.md'), 'utf8');
  const sentence = /It needs, on AWS:([^(]+)\(/.exec(text)?.[1] ?? '';
  return [...sentence.matchAll(/`(s3:\w+)`/g)].map(([, action]) => action!);
}

describe('what ./sandpiper push aws must be allowed', () => {
  requireTool('moto_server');
  let moto: Moto;
  let front: S3Front;
  let iam: IAMClient;
  let pusher: NodeJS.ProcessEnv;
  const administrator = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const built = buildArtifacts({ gateway: 1000, runner: 2 * PART + 1, image: 10 });

  beforeAll(async () => {
    // Nobody's rights are looked at before so many calls: until the number is set to 0.
    moto = await startMoto({ INITIAL_NO_AUTH_ACTION_COUNT: '1000000' });
    front = await startS3Front(moto.port);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    iam = new IAMClient({ region: REGION, endpoint: moto.endpoint, credentials });
    await iam.send(new CreateUserCommand({ UserName: 'pusher' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'pusher' }));
    pusher = { AWS_ACCESS_KEY_ID: AccessKey!.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey!.SecretAccessKey };
    expect(await start(administrator, 'bootstrap', 'aws').ended).toMatchObject({ exitCode: 0 });
  });
  afterAll(async () => {
    iam.destroy();
    await front.stop();
    await moto.stop();
    fs.rmSync(built.directory, { recursive: true });
  });

  const start = (credentials: NodeJS.ProcessEnv, ...args: string[]) =>
    startSandpiper(args, { AWS_ENDPOINT_URL: front.endpoint, AWS_REGION: REGION, ...credentials });
  const push = () => start(pusher, 'push', 'aws', '--artifacts', built.directory);
  const rightsCount = async (callsBefore: number) => {
    const answer = await fetch(`${moto.endpoint}/moto-api/reset-auth`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: String(callsBefore),
    });
    expect(answer.status).toBe(200);
  };
  const allow = async (actions: readonly string[]) => {
    await rightsCount(1_000_000);
    const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutUserPolicyCommand({ UserName: 'pusher', PolicyName: 'push', PolicyDocument }));
    await rightsCount(0);
  };

  it('is told by the action that is missing, and what the documentation lists is enough, also to go on', async () => {
    // AWS lets everybody ask who they are; moto wants it said.
    const all = [...documented(), 'sts:GetCallerIdentity'];
    expect(all).toContain('s3:PutObject');
    for (const missing of ['s3:ListBucketMultipartUploads', 's3:PutObject']) {
      await allow(all.filter((action) => action !== missing));
      const { exitCode, stderr } = await push().ended;
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`access denied: needs ${missing}, and`);
    }
    await allow(all);
    const held = front.holdAfter(1);
    const interrupted = push();
    await held;
    interrupted.kill('SIGKILL');
    await interrupted.ended;
    front.release();
    front.forget();
    const { exitCode, stdout } = await push().ended;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^runner\/.* resumed$/m);
    expect(partsOf(front, built.manifest.runner.key)).toHaveLength(2);
  });
});
