import * as fs from 'node:fs';
import * as path from 'node:path';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import type { Result } from '../../../tools/preflight/check';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { project, sandpiper } from '../../kit/cli/run';
import { requireTool } from '../../kit/require-tool';

const REGION = 'eu-central-1';

/** The command as a user runs it, with the stack synthesized for it. What it finds is told by aws.test.ts and gcp.test.ts. */
describe('./sandpiper preflight', () => {
  if (!requireTool(['moto_server', 'go'])) return;
  jest.setTimeout(300_000);
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());

  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    sandpiper(['preflight', ...args], {
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      PLAYGROUND: 'false',
      ...env,
    });

  it('prints a table with the fix of what failed, and exits with 1', () => {
    const { exitCode, stdout, stderr } = run(['aws', '--var', `aws_region=${REGION}`, '--var', 'domain=example.test']);
    expect(stdout).toMatch(/^ok +stack +\d+ resources$/m);
    expect(stdout).toMatch(
      /^FAILED +zone +no zone example\.test in this account\n +fix: aws route53 create-hosted-zone --name example\.test /m,
    );
    expect(stdout).toMatch(/^warning +values +Terraform will ask for app_jwt_secret$/m);
    expect(stdout).toMatch(/1 failed.*Nothing was changed\.$/m);
    expect(stderr).toContain('sandpiper: aws is not ready for a deployment');
    expect(exitCode).toBe(1);
  });

  it('exits with 0 when nothing failed, and prints JSON', async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const route53 = new Route53Client({ endpoint: moto.endpoint, region: REGION, credentials });
    await route53.send(new CreateHostedZoneCommand({ Name: 'example.test', CallerReference: 'preflight' }));
    route53.destroy();
    const { exitCode, stdout } = run(['aws', '--json'], {
      AWS_REGION: REGION,
      DOMAIN: 'example.test',
      TF_VAR_app_jwt_secret: 'sekret',
    });
    const { cloud, passed, results } = JSON.parse(stdout) as { cloud: string; passed: boolean; results: Result[] };
    expect({ cloud, passed, exitCode }).toEqual({ cloud: 'aws', passed: true, exitCode: 0 });
    expect(results.filter(({ state }) => state === 'ok').map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'credentials',
        'stack',
        'region',
        'values',
        'zone',
        'image',
        'instance types',
        'quota: VPCs',
      ]),
    );
    expect(stdout).not.toContain('sekret');
  });

  it('asks for a login where Google has no credentials, and refuses bad settings by their name', () => {
    const nobody = run(['gcp', '--var', 'gcp_project=demo-project'], {
      GOOGLE_APPLICATION_CREDENTIALS: '/nowhere.json',
    });
    expect(nobody.stdout).toMatch(
      /^FAILED +credentials .*\/nowhere\.json.*\n +fix: gcloud auth application-default login$/m,
    );
    expect(nobody.exitCode).toBe(1);
    const wrong = run(['aws'], { CERTIFICATE: 'bought' });
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
    expect(wrong.stderr).toContain('sandpiper: CERTIFICATE: "bought" must be one of managed, existing');
    expect(run(['azure']).exitCode).toBe(2);
    expect(run(['aws', '--var', 'domain']).stderr).toContain('--var: "domain" must be name=value');
  });

  it('says why the stack cannot be synthesized, and looks at everything else', () => {
    const { stdout, exitCode } = run(['aws', '--var', `aws_region=${REGION}`, '--var', 'domain=example.test'], {
      PLAYGROUND: 'true',
    });
    // Where somebody built the playground there is nothing to miss.
    const isBuilt = fs.existsSync(path.join(project, 'dist/artifacts/linux-x64/manifest.json'));
    expect(stdout).toMatch(
      isBuilt
        ? /^ok +stack/m
        : /^FAILED +stack +the stack cannot be synthesized: .*manifest\.json.*\n +fix: \.\/sandpiper build, then \.\/sandpiper push aws$/m,
    );
    if (!isBuilt) expect(stdout).toMatch(/^could not be read +permissions +not asked: the stack is not known$/m);
    expect(stdout).toMatch(/^FAILED +bootstrap bucket +sandpiper-bootstrap-123456789012-eu-central-1 does not exist$/m);
    expect(exitCode).toBe(1);
  });
});
