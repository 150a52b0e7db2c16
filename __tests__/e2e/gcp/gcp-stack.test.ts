import { createHmac } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { synthesizeGcpStack, VARIABLES } from '../../kit/clouds/google-provider/gcp-stack';
import { GOOGLE } from '../../kit/clouds/google-provider/google-provider';
import { requireGoogleProvider } from '../../kit/clouds/google-provider/provider-suite';
import { bootMachine, gcpCloud, machineTools, startFakeGcs } from '../../kit/machines/machine';
import type { FakeGcs, GcpCloud, Machine } from '../../kit/machines/machine';
import { requireTool } from '../../kit/require-tool';
import { findSecret, findSecretInFiles } from '../../kit/secret-search';
import { allResources, temporaryDirectory, terraformIn, type Planned, type Terraform } from '../../kit/terraform';
import { GILFOYLE } from '../boot/scenario';

/** Of one test at most, on a machine that is busy with others. */
const LIFE_SECONDS = 300;
const SECRET = VARIABLES.app_jwt_secret;
const GOOGLE_PROBES = ['130.211.0.0/22', '35.191.0.0/16'];

describe('gcp-stack, through its life', () => {
  const google = requireGoogleProvider();
  const outdir = temporaryDirectory('gcp-stack');
  const trace = path.join(outdir, 'terraform-trace.log');
  let directory: string;
  let terraform: Terraform;
  let planned: Planned;

  const all = (type: string): readonly Readonly<Record<string, any>>[] =>
    allResources(planned.json)
      .filter((resource) => resource.type === `google_${type}`)
      .map(({ values }) => values);
  const one = (type: string) => {
    expect(all(type)).toHaveLength(1);
    return all(type)[0]!;
  };

  beforeAll(async () => {
    const provider = await google.standIn();
    directory = synthesizeGcpStack(outdir);
    provider.workIn(directory);
    terraform = terraformIn(directory, {
      reattached: [GOOGLE],
      environment: { ...provider.environment, TF_LOG: 'trace', TF_LOG_PATH: trace },
      variables: VARIABLES,
    });
    await terraform.init();
    await terraform.validate();
    planned = await terraform.plan();
  }, LIFE_SECONDS * 1000);
  afterAll(() => fs.rmSync(outdir, { recursive: true, force: true }));

  describe('is planned with', () => {
    it('TLS 1.2 or newer', () => {
      expect(one('compute_ssl_policy')).toMatchObject({ min_tls_version: 'TLS_1_2' });
    });

    it('301 to HTTPS for plain HTTP', () => {
      const redirects = all('compute_url_map').flatMap(({ default_url_redirect: redirect }) => redirect);
      expect(redirects).toEqual([
        expect.objectContaining({ https_redirect: true, redirect_response_code: 'MOVED_PERMANENTLY_DEFAULT' }),
      ]);
    });

    it('404 for what is not public', () => {
      const aborts = all('compute_url_map').flatMap(({ default_route_action: action }) => action);
      const statuses = aborts.map(({ fault_injection_policy: [policy] }) => policy.abort[0]);
      expect(statuses).toEqual([expect.objectContaining({ http_status: 404, percentage: 100 })]);
    });

    it('Shielded VMs without an external address', () => {
      const template = one('compute_region_instance_template');
      expect(template.shielded_instance_config).toEqual([
        expect.objectContaining({ enable_secure_boot: true, enable_vtpm: true, enable_integrity_monitoring: true }),
      ]);
      expect(template.network_interface[0].access_config).toEqual([]);
    });

    it('load balancing in front of instances only for Google', () => {
      const open = all('compute_firewall').filter(({ direction, allow }) => direction !== 'EGRESS' && allow.length > 0);
      expect(open.length).toBeGreaterThan(0);
      for (const { source_ranges: ranges } of open) expect([...ranges].sort()).toEqual(GOOGLE_PROBES);
    });

    it('three roles for the instances, and no other', () => {
      const roles = ['project_iam_member', 'storage_bucket_iam_member', 'secret_manager_secret_iam_member'].flatMap(
        (type) => all(type).map(({ role }) => role as string),
      );
      expect(roles.sort()).toEqual([
        'roles/logging.logWriter',
        'roles/secretmanager.secretAccessor',
        'roles/storage.objectViewer',
      ]);
    });

    it('a secret that is only written', () => {
      expect(one('secret_manager_secret_version')).toMatchObject({ secret_data_wo: null, secret_data_wo_version: 1 });
    });
  });

  describe('applied', () => {
    beforeAll(async () => {
      await terraform.apply(planned.file);
    }, LIFE_SECONDS * 1000);

    it(
      'is what was asked for: a second plan changes nothing',
      async () => {
        const { hasChanges } = await terraform.plan({ file: 'second.tfplan' });
        expect(hasChanges).toBe(false);
      },
      LIFE_SECONDS * 1000,
    );

    it(
      'hands the secret to the cloud and leaves it nowhere else',
      async () => {
        const { cloud } = await google.standIn();
        const [version] = cloud.objects('google_secret_manager_secret_version');
        expect(version!.writeOnly).toEqual({ secret_data_wo: SECRET });
        expect(fs.statSync(trace).size).toBeGreaterThan(100_000);
        expect(findSecretInFiles(SECRET, outdir)).toEqual([]);
        expect(findSecret(SECRET, { planted: planned.run.stdout + SECRET })).not.toEqual([]);
      },
      LIFE_SECONDS * 1000,
    );

    describe('has an instance, booted from the template in the state', () => {
      if (!requireTool(machineTools)) return;
      let storage: FakeGcs;
      let gcp: GcpCloud;
      let machine: Machine;

      beforeAll(async () => {
        const { cloud } = await google.standIn();
        storage = await startFakeGcs();
        gcp = gcpCloud({
          storageEndpoint: storage.endpoint,
          project: VARIABLES.gcp_project,
          region: VARIABLES.gcp_region,
        });
        for (const { state } of cloud.objects('google_storage_bucket'))
          await storage.createBucket(state.name as string);
        for (const { state } of cloud.objects('google_storage_bucket_object')) {
          const content = fs.readFileSync(path.join(directory, state.source as string));
          await storage.putObject(state.bucket as string, state.name as string, content);
        }
        for (const { state, writeOnly } of cloud.objects('google_secret_manager_secret_version')) {
          // Secret Manager answers with the project's number, and takes its id as well.
          const name = (state.id as string).replace(/^projects\/\d+/, `projects/${VARIABLES.gcp_project}`);
          gcp.secrets.set(name, writeOnly.secret_data_wo as string);
        }
        const [template] = allResources(await terraform.state()).filter(
          ({ type }) => type === 'google_compute_region_instance_template',
        );
        machine = await bootMachine({ cloud: gcp, bootScript: template!.values.metadata['startup-script'] as string });
        await machine.waitFor('/healthz', { port: 3000, status: 204, seconds: 120 });
      }, LIFE_SECONDS * 1000);
      afterAll(async () => {
        await machine?.stop();
        await storage?.stop();
      });

      it('answers 200 on the port that the load balancer and the healing ask', async () => {
        const [check] = one('compute_health_check').http_health_check as { port: number; request_path: string }[];
        await machine.waitFor(check!.request_path, { port: check!.port, status: 200 });
      });

      it('answers who the bearer of a token is, by the secret that Terraform wrote', async () => {
        const answer = await fetch(`http://${machine.address}:3000/v1/user`, {
          headers: { authorization: `Bearer ${tokenOf(GILFOYLE, SECRET)}` },
        });
        expect([answer.status, await answer.json()]).toEqual([200, GILFOYLE]);
        const other = await fetch(`http://${machine.address}:3000/v1/user`, {
          headers: { authorization: `Bearer ${tokenOf(GILFOYLE, 'another secret')}` },
        });
        expect([other.status, (await other.text()).trim()]).toEqual([401, 'signature is invalid']);
      });

      it('was refused nothing by the cloud', () => {
        expect(gcp.refused).toEqual([]);
      });
    });

    it(
      'refuses to be destroyed',
      async () => {
        const { exitCode, stderr } = await terraform.run(['destroy', '-auto-approve', '-no-color', '-input=false']);
        expect(exitCode).toBe(1);
        expect(stderr).toContain('prevent_destroy');
      },
      LIFE_SECONDS * 1000,
    );

    it(
      'makes a new instance template for a new version of the secret',
      async () => {
        const rotated = await terraform
          .with({ variables: { app_jwt_secret_version: 2 } })
          .plan({ file: 'rotated.tfplan' });
        const actions = rotated.json.resource_changes!.filter(
          ({ type }) => type === 'google_compute_region_instance_template',
        );
        expect(actions.map(({ change }) => change.actions)).toEqual([['create', 'delete']]);
      },
      LIFE_SECONDS * 1000,
    );

    it(
      'leaves nothing once protection is applied off',
      async () => {
        synthesizeGcpStack(outdir, { DELETION_PROTECTION: 'false' });
        await terraform.apply();
        await terraform.destroy();
        const { cloud } = await google.standIn();
        expect(cloud.objects().map(({ state }) => state.id)).toEqual([]);
        expect((await terraform.state()).values).toBeUndefined();
      },
      LIFE_SECONDS * 1000,
    );
  });
});

/** A JWT, signed with HS256. */
function tokenOf(claims: object, secret: string): string {
  const encoded = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signed = encoded.join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
