import * as path from 'node:path';
import type { Result } from '../../../tools/preflight/check';
import { preflightGcp } from '../../../tools/preflight/gcp/checks';
import { hasPassed } from '../../../tools/preflight/report';
import type { Stack } from '../../../tools/plan/synthesized';
import { readArtifactManifest } from '../../../contracts/artifact-manifest';
import { programObjectsOf, readProgramManifest } from '../../../modules/machine/program-manifest';
import { readSettings } from '../../../stacks/settings';
import { DOMAIN, NUMBER, PROJECT, readyProject, REGION, startGoogle } from '../../kit/clouds/preflight/google-project';
import { synthesizedStack } from '../../kit/synthesize/stack';

const mockManifest = path.join(__dirname, '../../kit/playground/artifact-manifest.json');
const mockPrograms = path.join(__dirname, '../../kit/playground/program-manifest.json');

jest.mock('../../../stacks/artifacts', () => ({
  programPath: () => __filename,
  playgroundArtifacts: () =>
    jest
      .requireActual<typeof import('../../../contracts/artifact-manifest')>('../../../contracts/artifact-manifest')
      .readArtifactManifest(mockManifest),
  pushedPrograms: (architecture: 'x64' | 'arm64') =>
    jest
      .requireActual<typeof import('../../../modules/machine/program-manifest')>(
        '../../../modules/boot/program-manifest',
      )
      .readProgramManifest(mockPrograms).programs[architecture],
}));
jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));
// What `./sandpiper build` would have written.
jest.mock('../../../tools/preflight/pushed-objects', () => {
  const actual = jest.requireActual<typeof import('../../../tools/preflight/pushed-objects')>(
    '../../../tools/preflight/pushed-objects',
  );
  return {
    ...actual,
    pushedObjects: (reader: never, needs: never) =>
      actual.pushedObjects(reader, needs, { playground: mockManifest, programs: mockPrograms }),
  };
});

const { gateway, runner, images } = readArtifactManifest(mockManifest);
const VALUES = { gcp_project: PROJECT, gcp_region: REGION, domain: DOMAIN, zone: 'example', app_jwt_secret: 'sekret' };
const CERTIFICATE = `projects/${PROJECT}/locations/global/certificates/front`;

describe('./sandpiper preflight gcp', () => {
  const stacks = new Map<string, Stack>();
  let google: Awaited<ReturnType<typeof startGoogle>>;
  beforeAll(async () => {
    google = await startGoogle();
  });
  beforeEach(() => {
    google.state = readyProject([gateway, runner, ...images]);
    google.calls.length = 0;
  });
  afterAll(() => google.stop());

  const look = async (
    given: {
      readonly settings?: Record<string, string>;
      readonly values?: Record<string, string>;
      readonly headers?: () => Promise<Record<string, string>>;
      readonly synthesize?: () => Promise<Stack>;
    } = {},
  ): Promise<Result[]> => {
    const env = { ENVIRONMENT: 'prod', PLAYGROUND: 'true', ...given.settings };
    const key = JSON.stringify(env);
    const synthesize = async (): Promise<Stack> => {
      if (!stacks.has(key)) stacks.set(key, synthesizedStack('gcp', env));
      return stacks.get(key)!;
    };
    return preflightGcp(
      readSettings({ env, context: () => undefined }),
      { ...VALUES, ...given.values },
      given.synthesize ?? synthesize,
      {
        endpoint: (api) => `${google.endpoint}/${api}`,
        headers: given.headers ?? (() => Promise.resolve({ authorization: 'Bearer a-token' })),
      },
    );
  };
  const all = (results: readonly Result[], check: string) => results.filter((result) => result.check === check);
  const of = (results: readonly Result[], check: string): Result => {
    const found = all(results, check);
    if (found.length !== 1) throw new Error(`${found.length} results of ${check}`);
    return found[0]!;
  };
  const not = (results: readonly Result[]) => results.filter(({ state }) => state !== 'ok');

  it('finds nothing wrong with a project in which nothing is missing, and only reads', async () => {
    const results = await look();
    expect(not(results)).toEqual([]);
    expect(hasPassed(results)).toBe(true);
    expect(of(results, 'credentials').found).toBe(`project ${PROJECT}, number ${NUMBER}`);
    expect(of(results, 'machine types').found).toMatch(/^e2-standard-4, e2-small in europe-west3-a/);
    // 6 user APIs and 6 gateways of 2 vCPUs, 1 runner of 4 that is none of spot; 9 that are.
    expect(of(results, 'quota: CPUS').found).toMatch(/^needs 12 to start, 28 at most; 0 of 1000 in use/);
    expect(of(results, 'quota: PREEMPTIBLE_CPUS').found).toMatch(/^needs 0 to start, 36 at most/);
    expect(of(results, 'quota: SSD_TOTAL_GB').found).toMatch(/^needs 70 to start, 420 at most/);
    const questions =
      /^(GET |POST cloudresourcemanager\/v\d\/projects\/demo-project:(testIamPermissions|getIamPolicy|getEffectiveOrgPolicy)$)/;
    expect(google.calls.filter((call) => !questions.test(call))).toEqual([]);
  });

  it('says how to log in where there are no credentials, where they are old, and where Google knows none of them', async () => {
    const { NoCredentials } = await import('../../../tools/preflight/gcp/google');
    const refusing = (message: string) => () => Promise.reject(new NoCredentials(message));
    const login = 'gcloud auth application-default login';
    const none = await look({ headers: refusing('Could not load the default credentials.') });
    expect(of(none, 'credentials')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('Could not load'),
      fix: login,
    });
    expect(of(none, 'quotas')).toMatchObject({
      state: 'could not be read',
      found: expect.stringContaining('not asked'),
    });
    const old = await look({ headers: refusing('invalid_grant: reauth related error (invalid_rapt)') });
    expect(of(old, 'credentials')).toMatchObject({ found: expect.stringMatching(/^expired: /), fix: login });
    const wrong = await look({ headers: () => Promise.resolve({ authorization: 'Bearer another' }) });
    expect(of(wrong, 'credentials')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('invalid authentication'),
      fix: login,
    });
  });

  it('finds a project that is not given, not to be seen, or about to be deleted', async () => {
    expect(of(await look({ values: { gcp_project: '' } }), 'credentials').found).toBe('gcp_project is not given');
    google.state.project.status = 403;
    expect(of(await look(), 'credentials')).toMatchObject({
      state: 'failed',
      fix: expect.stringContaining('add-iam-policy-binding'),
    });
    google.state.project = { status: 200, state: 'DELETE_REQUESTED' };
    expect(of(await look(), 'credentials')).toMatchObject({
      state: 'failed',
      fix: `gcloud projects undelete ${PROJECT}`,
    });
  });

  it('finds that nobody pays', async () => {
    google.state.billing = { billingAccountName: '', billingEnabled: false };
    expect(of(await look(), 'billing')).toMatchObject({
      state: 'failed',
      found: 'no billing account is linked',
      fix: expect.stringContaining(`gcloud billing projects link ${PROJECT}`),
    });
  });

  it('tells APIs that must be on beforehand from those that the stack switches on, and goes on without them', async () => {
    google.state.disabled = new Set([
      'compute.googleapis.com',
      'pubsub.googleapis.com',
      'cloudresourcemanager.googleapis.com',
    ]);
    const results = await look();
    expect(all(results, 'APIs')).toMatchObject([
      {
        state: 'failed',
        found: 'not enabled: cloudresourcemanager.googleapis.com',
        fix: `gcloud services enable cloudresourcemanager.googleapis.com --project ${PROJECT}`,
      },
      {
        state: 'warning',
        fix: `gcloud services enable compute.googleapis.com pubsub.googleapis.com --project ${PROJECT}`,
      },
    ]);
    expect(of(results, 'credentials')).toMatchObject({
      state: 'failed',
      found: 'cloudresourcemanager.googleapis.com is not enabled',
    });
    expect(of(results, 'quotas')).toMatchObject({
      state: 'could not be read',
      found: 'compute.googleapis.com is not enabled',
      fix: `gcloud services enable compute.googleapis.com --project ${PROJECT}`,
    });
    expect(of(results, 'zone').state).toBe('ok');
  });

  it('names the permissions that are missing, and asks again where Google does not take one of them', async () => {
    google.state.lacking = new Set(['compute.networks.create', 'dns.changes.get']);
    google.state.unknownPermissions = new Set(['dns.changes.create']);
    expect(all(await look(), 'permissions')).toMatchObject([
      {
        state: 'failed',
        found: expect.stringMatching(/^2 of \d{3} are missing: compute.networks.create, dns.changes.get$/),
        details: ['compute.networks.create', 'dns.changes.get'],
      },
      {
        state: 'could not be read',
        found: 'a project cannot be asked for dns.changes.create',
      },
    ]);
  });

  it('finds a region that does not exist', async () => {
    const results = await look({ values: { gcp_region: 'europe-west99' } });
    expect(of(results, 'region')).toMatchObject({ state: 'failed', found: 'europe-west99 is no region' });
    expect(of(results, 'machine types').state).toBe('could not be read');
  });

  it('finds quotas that the start, or the growth, does not fit into', async () => {
    google.state.regionQuotas = {
      CPUS: [24, 14],
      PREEMPTIBLE_CPUS: [0, 0],
      INSTANCES: [100, 1],
      SSD_TOTAL_GB: [400, 0],
    };
    google.state.projectQuotas.NETWORKS = [5, 5];
    delete google.state.projectQuotas.URL_MAPS;
    const results = await look();
    expect(of(results, 'quota: CPUS')).toEqual({
      check: 'quota: CPUS',
      state: 'failed',
      // Without preemptible vCPUs, those of spot machines are taken from here.
      found: 'needs 12 to start, 64 at most; 14 of 24 in use, 10 left',
      fix: `https://console.cloud.google.com/iam-admin/quotas?project=${PROJECT}, CPUS, at least 78`,
    });
    expect(of(results, 'quota: SSD_TOTAL_GB').state).toBe('warning');
    expect(of(results, 'quota: INSTANCES').state).toBe('ok');
    expect(of(results, 'quota: NETWORKS')).toMatchObject({ state: 'failed', found: 'needs 1; 5 of 5 in use, 0 left' });
    expect(of(results, 'quota: URL_MAPS').state).toBe('could not be read');
    const arm = await look({ settings: { ARCHITECTURE: 'arm64', PLAYGROUND: 'false' } });
    expect(of(arm, 'quota: vCPUs of a family')).toMatchObject({
      state: 'could not be read',
      found: expect.stringContaining('c4a-'),
    });
  });

  it('finds zones that are missing, private, or of another domain', async () => {
    const zone = async (values: Record<string, string>) => of(await look({ values }), 'zone');
    expect(await zone({ zone: 'absent' })).toMatchObject({
      state: 'failed',
      fix: expect.stringContaining(`gcloud dns managed-zones create absent --dns-name=${DOMAIN}.`),
    });
    expect(await zone({ domain: 'example.org' })).toMatchObject({
      state: 'failed',
      found: 'example holds example.com, not example.org',
    });
    expect(await zone({ domain: 'dev.example.com' })).toMatchObject({ state: 'ok' });
    expect(await zone({ zone: '' })).toMatchObject({ state: 'could not be read', found: 'zone is not given' });
    google.state.zones.example!.visibility = 'private';
    expect(await zone({})).toMatchObject({ state: 'failed', found: expect.stringContaining('is private') });
  });

  it('finds CAA records that let others only issue', async () => {
    google.state.caa = { 'example.com.': ['0 issue "pki.goog"'], 'playground.example.com.': ['0 issue "amazon.com"'] };
    expect(of(await look(), 'CAA records')).toMatchObject({
      state: 'failed',
      fix: 'add 0 issue "pki.goog" to the CAA record of playground.example.com',
    });
    expect(of(await look({ settings: { PLAYGROUND: 'false' } }), 'CAA records')).toMatchObject({
      found: 'pki.goog may issue',
    });
  });

  it('looks at an existing certificate', async () => {
    const look1 = async (certificate_id: string, certificate?: object, settings: Record<string, string> = {}) => {
      google.state.certificates = certificate === undefined ? {} : { [certificate_id]: certificate };
      return of(
        await look({ settings: { CERTIFICATE: 'existing', ...settings }, values: { certificate_id } }),
        'certificate',
      );
    };
    const good = {
      name: CERTIFICATE,
      sanDnsnames: ['*.example.com'],
      expireTime: '2099-01-02T03:04:05Z',
      selfManaged: {},
    };
    expect(await look1(CERTIFICATE, good)).toMatchObject({ state: 'ok', found: 'for *.example.com, until 2099-01-02' });
    expect(await look1('', good)).toMatchObject({ state: 'could not be read', found: 'certificate_id is not given' });
    expect(await look1('front', good)).toMatchObject({ state: 'failed', found: expect.stringContaining('is no id') });
    expect(await look1(CERTIFICATE)).toMatchObject({
      state: 'failed',
      fix: expect.stringContaining('./sandpiper cert import gcp'),
    });
    expect(await look1(CERTIFICATE, { ...good, expireTime: '2020-01-01T00:00:00Z' })).toMatchObject({
      state: 'failed',
      found: 'it expired on 2020-01-01',
    });
    expect(await look1(CERTIFICATE, { ...good, sanDnsnames: ['user-api.example.com'] })).toMatchObject({
      found: 'it does not name playground.example.com',
    });
    expect(await look1(CERTIFICATE, { ...good, managed: { state: 'PROVISIONING', domains: [] } })).toMatchObject({
      state: 'failed',
      found: 'its state is PROVISIONING',
    });
    expect(await look1(CERTIFICATE, { ...good, scope: 'EDGE_CACHE' })).toMatchObject({ state: 'failed' });
    expect(await look1(CERTIFICATE, { ...good, sanDnsnames: ['x.internal'] }, { DOMAIN: 'none' })).toMatchObject({
      state: 'ok',
    });
    expect(await look1(CERTIFICATE.replace('certificates', 'certificateMaps'), {})).toMatchObject({ state: 'ok' });
  });

  it('finds images and machine types that are not offered', async () => {
    google.state.images = {};
    google.state.machineTypes = { 'e2-small': { cpus: 2, zones: [`${REGION}-a`] } };
    const results = await look();
    expect(of(results, 'image')).toMatchObject({ state: 'failed', found: expect.stringContaining('family/debian-12') });
    expect(all(results, 'machine types')).toMatchObject([
      { state: 'failed', found: expect.stringMatching(/^e2-standard-4 is offered in none/) },
      { state: 'warning', found: `e2-small is not offered in ${REGION}-b, ${REGION}-c` },
    ]);
    const own = 'projects/demo-project/global/images/mine';
    google.state.images = { [own]: { name: 'mine', status: 'READY', deprecated: { state: 'OBSOLETE' } } };
    const given = (base_image: string) => look({ values: { base_image } });
    expect(of(await given(`https://www.googleapis.com/compute/v1/${own}`), 'image')).toMatchObject({
      found: 'mine is OBSOLETE',
    });
    expect(of(await given('mine'), 'image')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('is no self link'),
    });
  });

  it('finds artifacts that were not pushed, or not whole, and a bucket that is not there', async () => {
    delete google.state.objects![gateway.key];
    expect(of(await look(), 'artifacts')).toMatchObject({
      found: 'not pushed: gateway',
      fix: `./sandpiper push gcp --project ${PROJECT} --application sandpiper`,
    });
    google.state.objects![gateway.key] = gateway.bytes + 1;
    expect(of(await look(), 'artifacts')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('another size'),
    });
    google.state.objects![gateway.key] = gateway.bytes;
    const pushed = { settings: { PLAYGROUND: 'false', ARTIFACTS: 'pushed', ARCHITECTURE: 'arm64' } };
    expect(of(await look(pushed), 'artifacts').found).toBe('not pushed: user-api arm64, host-agent arm64');
    expect(of(await look({ settings: { ARTIFACTS: 'pushed', ARCHITECTURE: 'arm64' } }), 'artifacts').found).toBe(
      'not pushed: user-api arm64, host-agent arm64, host-agent x64',
    );
    for (const { key, bytes } of programObjectsOf(readProgramManifest(mockPrograms)))
      google.state.objects![key] = bytes;
    expect(of(await look(pushed), 'artifacts')).toMatchObject({ state: 'ok', found: 'all 2 are pushed' });
    google.state.objects = undefined;
    expect(of(await look(), 'bootstrap bucket')).toMatchObject({
      state: 'failed',
      fix: `./sandpiper bootstrap gcp --project ${PROJECT} --application sandpiper --region ${REGION}`,
    });
  });

  it('finds policies of the organization that refuse the stack', async () => {
    google.state.policies = {
      'compute.trustedImageProjects': { listPolicy: { allowedValues: ['projects/ours'] } },
      'compute.disableGlobalLoadBalancing': { booleanPolicy: { enforced: true } },
      'compute.restrictLoadBalancerCreationForTypes': { listPolicy: { deniedValues: ['in:EXTERNAL'] } },
      'iam.disableServiceAccountCreation': { booleanPolicy: {} },
      'gcp.resourceLocations': { listPolicy: { allowedValues: ['in:us-locations'] } },
    };
    expect(not(await look())).toMatchObject([
      { check: 'policy: compute.trustedImageProjects', state: 'failed' },
      { check: 'policy: compute.disableGlobalLoadBalancing', state: 'failed' },
      { check: 'policy: compute.restrictLoadBalancerCreationForTypes', state: 'failed' },
      { check: 'policy: gcp.resourceLocations', state: 'warning' },
    ]);
    google.state.policies = {
      'compute.trustedImageProjects': { listPolicy: { allowedValues: ['is:projects/debian-cloud'] } },
      'compute.restrictLoadBalancerCreationForTypes': { listPolicy: { allowedValues: ['in:EXTERNAL'] } },
      'gcp.resourceLocations': { listPolicy: { allowedValues: [`in:${REGION}-locations`] } },
    };
    expect(not(await look())).toEqual([]);
  });

  it('finds accounts of Google’s own that lost their roles', async () => {
    google.state.bindings = google.state.bindings.filter(({ role }) => !/editor|pubsub/.test(role));
    expect(all(await look(), 'service agents')).toMatchObject([
      {
        state: 'warning',
        fix: `gcloud projects add-iam-policy-binding ${PROJECT} --member=serviceAccount:${NUMBER}@cloudservices.gserviceaccount.com --role=roles/editor`,
      },
      {
        state: 'warning',
        fix: expect.stringContaining('gcloud beta services identity create --service=pubsub.googleapis.com'),
      },
    ]);
    // Without a playground nothing is published.
    expect(all(await look({ settings: { PLAYGROUND: 'false' } }), 'service agents')).toHaveLength(1);
  });

  it('looks at an existing network', async () => {
    const values = { network: 'theirs', subnetwork: `projects/host/regions/${REGION}/subnetworks/sub` };
    const networks = async () => all(await look({ settings: { NETWORK: 'existing' }, values }), 'network');
    expect(await networks()).toMatchObject([{ state: 'failed', found: `there is no subnetwork sub in ${REGION}` }]);
    google.state.subnetworks = {
      sub: { network: 'https://www.googleapis.com/compute/v1/projects/host/global/networks/theirs' },
    };
    expect(await networks()).toMatchObject([
      { state: 'failed', fix: expect.stringContaining('--enable-private-ip-google-access') },
      { state: 'failed', fix: expect.stringContaining('--service-class gcp-memorystore') },
    ]);
    google.state.subnetworks = {
      sub: { network: 'projects/host/global/networks/theirs', privateIpGoogleAccess: true },
    };
    google.state.connectionPolicies = [
      { serviceClass: 'gcp-memorystore', network: 'projects/host/global/networks/theirs' },
    ];
    expect(await networks()).toMatchObject([{ state: 'ok' }]);
  });

  it('goes on where an API answers nonsense, or the stack cannot be synthesized', async () => {
    google.state.broken = new Set(['dns', 'cloudbilling']);
    const results = await look();
    expect(not(results)).toMatchObject([
      { check: 'billing', state: 'could not be read', found: 'status 502' },
      { check: 'zone', state: 'could not be read', found: 'status 502' },
    ]);
    expect(hasPassed(results)).toBe(true);
    google.state.broken = new Set();
    const unbuilt = await look({ synthesize: () => Promise.reject(new Error('user-api was never built')) });
    expect(of(unbuilt, 'stack')).toMatchObject({ state: 'failed', found: 'user-api was never built' });
    expect(of(unbuilt, 'permissions')).toMatchObject({
      state: 'could not be read',
      found: 'not asked: the stack is not known',
    });
    expect(of(unbuilt, 'zone').state).toBe('ok');
  });
});
