import { failed, ok, warning, type Finding } from '../check';
import type { Stack } from '../../plan/synthesized';
import { enabling } from './google';
import type { GcpProject } from './project';

/** The API that a resource type is made through: the longest prefix that fits. A test holds it against the types of both variants of the stack. */
const API_OF_PREFIX: readonly (readonly [string, string])[] = [
  ['google_certificate_manager_', 'certificatemanager'],
  ['google_compute_', 'compute'],
  ['google_dns_', 'dns'],
  ['google_logging_', 'logging'],
  ['google_memorystore_', 'memorystore'],
  ['google_monitoring_', 'monitoring'],
  ['google_network_connectivity_', 'networkconnectivity'],
  ['google_project_iam_', 'cloudresourcemanager'],
  ['google_project_service', 'serviceusage'],
  ['google_pubsub_', 'pubsub'],
  ['google_secret_manager_', 'secretmanager'],
  ['google_service_account', 'iam'],
  ['google_storage_', 'storage'],
];

/** What must be on before the stack can switch on the others. */
const BEFOREHAND = ['cloudresourcemanager.googleapis.com', 'serviceusage.googleapis.com'];
/** Services of one request (Service Usage API, services.batchGet). */
const SERVICES_PER_REQUEST = 30;

/** The APIs that a stack is made through, those that it switches on itself, and types of which nothing is known. */
export function apisOf({ resources }: Stack): {
  readonly needed: string[];
  readonly enabled: string[];
  readonly unknown: string[];
} {
  const needed = new Set(BEFOREHAND);
  const unknown = new Set<string>();
  for (const { type } of resources) {
    const api = API_OF_PREFIX.find(([prefix]) => type.startsWith(prefix))?.[1];
    if (api === undefined) unknown.add(type);
    else needed.add(`${api}.googleapis.com`);
  }
  const enabled = resources
    .filter(({ type }) => type === 'google_project_service')
    .map(({ body }) => String(body.service));
  enabled.forEach((api) => needed.add(api));
  return { needed: [...needed].sort(), enabled, unknown: [...unknown].sort() };
}

/** Whether the APIs are on. The stack switches on what it uses, but until then the other checks cannot ask them. */
export async function apis({ google, project, stack }: GcpProject, signal: AbortSignal): Promise<readonly Finding[]> {
  const { needed, enabled, unknown } = apisOf(await stack);
  const services: { readonly name: string; readonly state: string }[] = [];
  for (let from = 0; from < needed.length; from += SERVICES_PER_REQUEST) {
    const batch = needed.slice(from, from + SERVICES_PER_REQUEST);
    const names = batch.map((api) => `names=${encodeURIComponent(`projects/${project}/services/${api}`)}`).join('&');
    const answer = await google.get<{ services?: typeof services }>(
      'serviceusage',
      `v1/projects/${project}/services:batchGet?${names}`,
      signal,
    );
    services.push(...(answer.services ?? []));
  }
  const on = new Set(services.filter(({ state }) => state === 'ENABLED').map(({ name }) => name.split('/').at(-1)));
  const off = needed.filter((api) => !on.has(api));
  const nobody = off.filter((api) => BEFOREHAND.includes(api) || !enabled.includes(api));
  const later = off.filter((api) => !nobody.includes(api));
  const findings: Finding[] = [];
  if (nobody.length > 0) findings.push(failed(`not enabled: ${nobody.join(', ')}`, enabling(nobody, project)));
  if (later.length > 0) {
    const what = `not enabled, the stack does it, but checks below cannot ask: ${later.join(', ')}`;
    findings.push(warning(what, enabling(later, project)));
  }
  if (findings.length === 0) findings.push(ok(`all ${needed.length} are enabled`));
  if (unknown.length > 0) {
    findings.push(
      warning(`not known what makes these: ${unknown.join(', ')}`, 'add them to tools/preflight/gcp/apis.ts'),
    );
  }
  return findings;
}
