import * as fs from 'node:fs';
import * as path from 'node:path';
import { projectDirectory } from '../../../tools/provision/project';
import { GOOGLE, startGoogleProvider } from '../../kit/clouds/google-provider/google-provider';
import { VARIABLES as GCP_VARIABLES } from '../../kit/clouds/google-provider/gcp-stack';
import { loadProviderData } from '../../kit/clouds/google-provider/provider-data';
import { requireTool } from '../../kit/require-tool';
import { temporaryDirectory, terraformIn } from '../../kit/terraform';
import { creations, planOnAws } from './plans';
import { filesIn, overrideBackend, synthesize, uploadBytes } from './upload';

const LIFE_SECONDS = 240;
jest.setTimeout(60_000);
const MEBIBYTE = 1024 * 1024;
/** HCP Terraform itself takes far more; two static Go programs need no more than this. */
const MAXIMUM_UPLOAD_BYTES = 24 * MEBIBYTE;

const CLOUD = { TF_CLOUD_ORGANIZATION: 'acme', TF_CLOUD_HOSTNAME: 'tfe.example.test', TF_CLOUD_PROJECT: 'playground' };
/** In the environment of the synthesis, and in nothing that it makes. */
const PLANTED = {
  USER: 'planted-user-8c1f',
  AWS_SECRET_ACCESS_KEY: 'planted-key-5b77',
  TF_VAR_app_jwt_secret: 'planted-secret-03ad',
  APP_JWT_SECRET: 'planted-secret-9e42',
};

describe('a remote run of a plain upload', () => {
  if (!requireTool(['terraform', 'moto_server', 'go', 'tar'])) return;
  const root = temporaryDirectory('terraform-cloud');
  let stacks: string;
  const stackJson = (directory: string, stack: string) =>
    JSON.parse(fs.readFileSync(path.join(directory, stack, 'cdk.tf.json'), 'utf8')) as Record<string, any>;
  const bareCopy = (stack: string) => {
    const copy = path.join(root, `copy-of-${stack}`);
    fs.cpSync(path.join(stacks, stack), copy, { recursive: true });
    return copy;
  };

  beforeAll(() => {
    stacks = synthesize(path.join(root, 'first'), { ...CLOUD, ...PLANTED });
  }, LIFE_SECONDS * 1000);
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

  it.each(['aws-stack', 'gcp-stack'])('has a workspace of its own: %s', (stack) => {
    const { terraform } = stackJson(stacks, stack);
    expect(terraform.backend).toBeUndefined();
    expect(terraform.cloud).toEqual({
      organization: 'acme',
      hostname: 'tfe.example.test',
      workspaces: { name: `sandpiper-dev-${stack}`, project: 'playground' },
    });
    expect(terraform.required_version).toBe('>= 1.11.0');
  });

  it('holds nothing of the machine that made it', () => {
    const home = `${process.env.HOME ?? '/root'}/`;
    const secrets = [projectDirectory, root, home, ...Object.values(PLANTED)];
    const files = filesIn(stacks);
    for (const [name, content] of files) {
      expect(secrets.filter((secret) => content.includes(secret)).map((secret) => `${name}: ${secret}`)).toEqual([]);
    }
    expect([...files.keys()].filter((name) => name.endsWith('cdk.tf.json'))).toHaveLength(2);
  });

  it('finds what it looks for: another setting is seen', () => {
    const other = synthesize(path.join(root, 'planted'), { ...CLOUD, CLOUD: 'aws', DOMAIN: 'planted.example.test' });
    expect([...filesIn(other).values()].some((content) => content.includes('planted.example.test'))).toBe(true);
  });

  it('is the same to the byte each time', () => {
    const again = filesIn(
      synthesize(path.join(root, 'elsewhere/second'), { ...CLOUD, USER: 'somebody', TZ: 'Asia/Tokyo' }),
    );
    const first = filesIn(stacks);
    expect([...again.keys()].sort()).toEqual([...first.keys()].sort());
    expect([...first].filter(([name, content]) => !content.equals(again.get(name)!)).map(([name]) => name)).toEqual([]);
  });

  it.each(['aws-stack', 'gcp-stack'])('is small: %s', (stack) => {
    const bytes = uploadBytes(path.join(stacks, stack));
    process.stdout.write(`upload of ${stack}: ${(bytes / MEBIBYTE).toFixed(1)} MiB\n`);
    expect(bytes).toBeGreaterThan(MEBIBYTE);
    expect(bytes).toBeLessThan(MAXIMUM_UPLOAD_BYTES);
  });

  it(
    'plans from a bare copy on AWS',
    async () => {
      const json = await planOnAws(bareCopy('aws-stack'));
      expect(creations(json)).toBeGreaterThan(60);
    },
    LIFE_SECONDS * 1000,
  );

  it(
    'plans from a bare copy on GCP, and says by name which variable is missing',
    async () => {
      const provider = await startGoogleProvider(loadProviderData());
      try {
        const copy = bareCopy('gcp-stack');
        overrideBackend(copy);
        const terraform = terraformIn(copy, { reattached: [GOOGLE], environment: provider.environment });
        await terraform.init();
        await terraform.validate();
        const { stderr, exitCode } = await terraform.run(['plan', '-input=false', '-no-color']);
        expect(exitCode).toBe(1);
        for (const name of ['gcp_project', 'gcp_region', 'domain', 'zone', 'app_jwt_secret']) {
          expect(stderr).toContain(`"${name}"`);
        }
        const { json } = await terraform.with({ variables: GCP_VARIABLES }).plan();
        expect(creations(json)).toBeGreaterThan(40);
      } finally {
        await provider.stop();
      }
    },
    LIFE_SECONDS * 1000,
  );
});
