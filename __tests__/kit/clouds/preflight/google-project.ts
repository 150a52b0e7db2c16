import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PushedObject } from '../../../../contracts/artifact-manifest';
import { gcpBootstrapBucketName } from '../../../../contracts/bootstrap-bucket';

export const PROJECT = 'demo-project';
export const NUMBER = '123456789012';
export const REGION = 'europe-west3';
export const DOMAIN = 'example.com';
const BUCKET = gcpBootstrapBucketName({ project: PROJECT, application: 'sandpiper' });
const ZONES = ['a', 'b', 'c'].map((letter) => `${REGION}-${letter}`);

/** What the small endpoint answers, in the shapes of the APIs' reference. A test changes it. */
export interface GoogleState {
  readonly token: string;
  project: { status: number; state: string };
  billing: { billingAccountName: string; billingEnabled: boolean };
  /** APIs that are off; an API that is off refuses all questions. */
  disabled: Set<string>;
  /** Permissions that the caller lacks, and those that a project does not know. */
  lacking: Set<string>;
  unknownPermissions: Set<string>;
  regionQuotas: Record<string, [limit: number, usage: number]>;
  projectQuotas: Record<string, [limit: number, usage: number]>;
  machineTypes: Record<string, { cpus: number; zones: readonly string[] }>;
  images: Record<string, object>;
  zones: Record<string, { dnsName: string; visibility: string }>;
  /** CAA records by name, such as `example.com.`. */
  caa: Record<string, readonly string[]>;
  certificates: Record<string, object>;
  /** Sizes by key; undefined: there is no bucket. */
  objects: Record<string, number> | undefined;
  policies: Record<string, object>;
  bindings: { role: string; members: string[] }[];
  subnetworks: Record<string, object>;
  connectionPolicies: { serviceClass: string; network: string }[];
  /** APIs that answer a proxy's page, and those that never answer. */
  broken: Set<string>;
}

/** A project in which nothing is missing. */
export function readyProject(pushed: readonly PushedObject[]): GoogleState {
  const agent = (name: string): string => `serviceAccount:service-${NUMBER}@${name}.iam.gserviceaccount.com`;
  const plenty = (...metrics: string[]): Record<string, [number, number]> =>
    Object.fromEntries(metrics.map((metric) => [metric, [1000, 0]]));
  return {
    token: 'a-token',
    project: { status: 200, state: 'ACTIVE' },
    billing: { billingAccountName: 'billingAccounts/0A-0B-0C', billingEnabled: true },
    disabled: new Set(),
    lacking: new Set(),
    unknownPermissions: new Set(),
    regionQuotas: plenty('CPUS', 'PREEMPTIBLE_CPUS', 'INSTANCES', 'SSD_TOTAL_GB'),
    projectQuotas: plenty(
      ...['NETWORKS', 'SUBNETWORKS', 'FIREWALLS', 'ROUTES', 'ROUTERS', 'STATIC_ADDRESSES', 'FORWARDING_RULES'],
      ...['BACKEND_SERVICES', 'HEALTH_CHECKS', 'URL_MAPS', 'TARGET_HTTP_PROXIES', 'TARGET_HTTPS_PROXIES'],
      'SECURITY_POLICIES',
    ),
    machineTypes: { 'e2-small': { cpus: 2, zones: ZONES }, 'e2-standard-4': { cpus: 4, zones: ZONES } },
    images: {
      'projects/debian-cloud/global/images/family/debian-12': { name: 'debian-12-bookworm-v20260810', status: 'READY' },
    },
    zones: { example: { dnsName: `${DOMAIN}.`, visibility: 'public' } },
    caa: {},
    certificates: {},
    objects: Object.fromEntries(pushed.map(({ key, bytes }) => [key, bytes])),
    policies: {},
    bindings: [
      { role: 'roles/editor', members: [`serviceAccount:${NUMBER}@cloudservices.gserviceaccount.com`] },
      { role: 'roles/compute.serviceAgent', members: [agent('compute-system')] },
      { role: 'roles/pubsub.serviceAgent', members: [agent('gcp-sa-pubsub')] },
      { role: 'roles/networkconnectivity.serviceAgent', members: [agent('gcp-sa-networkconnectivity')] },
    ],
    subnetworks: {},
    connectionPolicies: [],
    broken: new Set(),
  };
}

type Reply = readonly [status: number, body: object];

const error = (status: number, message: string, details: object[] = []): Reply => [
  status,
  { error: { code: status, message, details } },
];
const found = (body: object | undefined, what: string): Reply =>
  body === undefined ? error(404, `${what} was not found`) : [200, body];
const quotas = (of: Record<string, [number, number]>): object[] =>
  Object.entries(of).map(([metric, [limit, usage]]) => ({ metric, limit, usage }));

/** Google's APIs of one project, at `<endpoint>/<api>/...`. */
export async function startGoogle() {
  const google = { state: readyProject([]), calls: [] as string[], endpoint: '' };
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const url = new URL(request.url ?? '', google.endpoint);
      const [, api = '', ...rest] = url.pathname.split('/');
      google.calls.push(`${request.method} ${api}/${rest.join('/')}`);
      if (google.state.broken.has(api)) {
        response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>');
        return;
      }
      const isKnown = request.headers.authorization === `Bearer ${google.state.token}`;
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, any>);
      const [status, answer] = isKnown
        ? reply(google.state, api, rest.join('/'), url.searchParams, body)
        : error(401, 'Request had invalid authentication credentials.');
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  google.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(google, {
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function reply(
  state: GoogleState,
  api: string,
  path: string,
  query: URLSearchParams,
  body: Record<string, any>,
): Reply {
  const service = `${api}.googleapis.com`;
  if (state.disabled.has(service)) {
    return error(403, `${service} has not been used in project ${NUMBER} before or it is disabled.`, [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'SERVICE_DISABLED', metadata: { service } },
    ]);
  }
  const last = decodeURIComponent(path.split('/').at(-1)!);
  switch (api) {
    case 'cloudresourcemanager':
      return resourceManager(state, path, body);
    case 'cloudbilling':
      return [200, { name: `projects/${PROJECT}/billingInfo`, projectId: PROJECT, ...state.billing }];
    case 'serviceusage': {
      const names = query.getAll('names');
      if (names.length > 30) return error(400, 'at most 30 services');
      // Google answers with the project's number.
      const services = names.map((name) => ({
        name: name.replace(PROJECT, NUMBER),
        state: state.disabled.has(name.split('/').at(-1)!) ? 'DISABLED' : 'ENABLED',
      }));
      return [200, { services }];
    }
    case 'compute':
      return compute(state, path, last);
    case 'dns': {
      const zone = state.zones[path.split('/')[5] ?? ''];
      if (!path.endsWith('/rrsets') || zone === undefined) {
        return found(zone && { ...zone, nameServers: ['ns-cloud-a1.googledomains.com.'] }, 'managedZone');
      }
      const records = state.caa[query.get('name') ?? ''];
      return [
        200,
        { rrsets: records === undefined ? [] : [{ name: query.get('name'), type: 'CAA', rrdatas: records }] },
      ];
    }
    case 'certificatemanager':
      return found(state.certificates[path.replace('v1/', '')], path);
    case 'storage': {
      const isBucket = path === `storage/v1/b/${BUCKET}`;
      if (state.objects === undefined || !path.startsWith(`storage/v1/b/${BUCKET}`)) {
        return error(404, 'The specified bucket does not exist.');
      }
      if (isBucket) return [200, { name: BUCKET }];
      const size = state.objects[last];
      return found(size === undefined ? undefined : { name: last, size: String(size) }, `No such object: ${last}`);
    }
    case 'networkconnectivity':
      return [200, { serviceConnectionPolicies: state.connectionPolicies }];
    default:
      return error(404, `no API ${api}`);
  }
}

function resourceManager(state: GoogleState, path: string, body: Record<string, any>): Reply {
  if (path === `v3/projects/${PROJECT}`) {
    const { status, state: projectState } = state.project;
    return status === 200
      ? [200, { name: `projects/${NUMBER}`, projectId: PROJECT, state: projectState }]
      : error(status, 'The caller does not have permission');
  }
  if (path === `v3/projects/${PROJECT}:testIamPermissions`) {
    const asked = body.permissions as string[];
    const unknown = asked.find((permission) => state.unknownPermissions.has(permission));
    if (unknown !== undefined) return error(400, `Permission ${unknown} is not valid for this resource.`);
    if (asked.length > 100) return error(400, 'at most 100 permissions');
    return [200, { permissions: asked.filter((permission) => !state.lacking.has(permission)) }];
  }
  if (path === `v3/projects/${PROJECT}:getIamPolicy`) return [200, { version: 1, bindings: state.bindings }];
  if (path === `v1/projects/${PROJECT}:getEffectiveOrgPolicy`) {
    const constraint = String(body.constraint);
    return [200, { constraint, ...state.policies[constraint.replace('constraints/', '')] }];
  }
  return error(404, path);
}

function compute(state: GoogleState, path: string, last: string): Reply {
  const image = path.replace('compute/v1/', '');
  if (path === `compute/v1/projects/${PROJECT}`) return [200, { name: PROJECT, quotas: quotas(state.projectQuotas) }];
  if (path.includes('/images/')) return found(state.images[image], `The resource '${image}'`);
  if (path.includes('/machineTypes/')) {
    const zone = path.split('/')[5] ?? '';
    const type = state.machineTypes[last];
    return found(type?.zones.includes(zone) ? { name: last, guestCpus: type.cpus } : undefined, last);
  }
  if (path.includes('/subnetworks/')) return found(state.subnetworks[last], last);
  if (path === `compute/v1/projects/${PROJECT}/regions/${REGION}`) {
    const zones = ZONES.map((zone) => `https://www.googleapis.com/compute/v1/projects/${PROJECT}/zones/${zone}`);
    return [200, { name: REGION, status: 'UP', zones, quotas: quotas(state.regionQuotas) }];
  }
  return error(404, `The resource '${path}' was not found`);
}
