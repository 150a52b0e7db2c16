import { ok, warning, type Finding } from '../check';
import { projectNumber, type GcpProject } from './project';

/** An account of Google's own in the project, which works for the stack. */
interface Agent {
  readonly name: string;
  readonly account: (projectNumber: string) => string;
  /** Any of these will do. */
  readonly roles: readonly [string, ...string[]];
  /** A stack that has this type needs it. */
  readonly neededBy: string;
  /** The API whose identity it is; what makes it where it was never made. @default it comes with Compute Engine */
  readonly api?: string;
}

const AGENTS: readonly Agent[] = [
  {
    // Managed instance groups make their machines, and give them their service accounts, in its name.
    name: 'Google APIs Service Agent',
    account: (number) => `${number}@cloudservices.gserviceaccount.com`,
    roles: ['roles/editor', 'roles/owner'],
    neededBy: 'google_compute_region_instance_group_manager',
  },
  {
    name: 'Compute Engine Service Agent',
    account: (number) => `service-${number}@compute-system.iam.gserviceaccount.com`,
    roles: ['roles/compute.serviceAgent'],
    neededBy: 'google_compute_region_instance_group_manager',
  },
  {
    // The stack grants it the dead letters, which Google refuses while there is no such account.
    name: 'Pub/Sub Service Agent',
    account: (number) => `service-${number}@gcp-sa-pubsub.iam.gserviceaccount.com`,
    roles: ['roles/pubsub.serviceAgent'],
    neededBy: 'google_pubsub_topic',
    api: 'pubsub.googleapis.com',
  },
  {
    // Makes the event store's endpoint in the network.
    name: 'Network Connectivity Service Agent',
    account: (number) => `service-${number}@gcp-sa-networkconnectivity.iam.gserviceaccount.com`,
    roles: ['roles/networkconnectivity.serviceAgent'],
    neededBy: 'google_network_connectivity_service_connection_policy',
    api: 'networkconnectivity.googleapis.com',
  },
];

/** Whether Google's own accounts hold their roles: they are lost where somebody tidies a project's policy. */
export async function serviceAgents(of: GcpProject, signal: AbortSignal): Promise<readonly Finding[]> {
  const types = new Set((await of.stack).resources.map(({ type }) => type));
  const number = await projectNumber(of, signal);
  const { bindings = [] } = await of.google.ask<{ bindings?: { role: string; members?: string[] }[] }>(
    'cloudresourcemanager',
    `v3/projects/${of.project}:getIamPolicy`,
    { options: { requestedPolicyVersion: 3 } },
    signal,
  );
  const needed = AGENTS.filter(({ neededBy }) => types.has(neededBy));
  const findings = needed.flatMap(({ name, account, roles, api }): Finding[] => {
    const member = `serviceAccount:${account(number)}`;
    const isGranted = bindings.some(
      ({ role, members = [] }) => (roles as readonly string[]).includes(role) && members.includes(member),
    );
    if (isGranted) return [];
    const make =
      api === undefined ? '' : `gcloud beta services identity create --service=${api} --project ${of.project} && `;
    const grant = `gcloud projects add-iam-policy-binding ${of.project} --member=${member} --role=${roles[0]}`;
    return [
      warning(
        `${name} does not hold ${roles[0]}: its API was never enabled, or somebody took it away`,
        `${make}${grant}`,
      ),
    ];
  });
  return findings.length > 0 ? findings : [ok(needed.map(({ name }) => name).join(', '))];
}
