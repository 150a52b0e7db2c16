import type { Zone } from './architecture';
import { gcpTypes } from './gcp-types';
import { gcpWords } from './gcp-words';
import { BOOTSTRAP, placeOf, type Reading, type Right, type Verb, type Way } from './reading';
import { groupsOf, refuseUnknownTypes, type ResourceGroup } from './shown';
import type { StackTree, TreeResource } from './stack-tree';

/** Roles of IAM that are drawn. */
const VERBS: Readonly<Record<string, Verb>> = {
  'roles/pubsub.publisher': 'send',
  'roles/pubsub.subscriber': 'take',
  'roles/storage.objectViewer': 'read',
  'roles/secretmanager.secretAccessor': 'read',
  'roles/logging.logWriter': 'write',
  'roles/memorystore.dbConnectionUser': 'connect',
  'roles/monitoring.metricWriter': 'publish',
};

/** restricted.googleapis.com (Google's "Private Google Access"). */
const RESTRICTED_GOOGLE_APIS = '199.36.153.4/30';

type OfType = (type: string) => TreeResource[];
type GroupWith = (address: string) => ResourceGroup | undefined;

/** @throws Failure naming a type of resource that the picture does not know */
export function readGcp(tree: StackTree): Reading {
  refuseUnknownTypes(tree, gcpTypes, 'tools/diagram/gcp-types.ts');
  const ofType: OfType = (type) => tree.resources.filter((resource) => resource.type === type);
  const groups = groupsOf(tree, gcpTypes, (resource) => {
    // A topic and its subscription are one queue.
    if (resource.type === 'google_pubsub_subscription')
      return { kind: 'queue', key: addressIn(resource.attributes.topic) };
    // The private zone's names lead to Google's APIs and are nobody's to look up.
    const isPrivate = [...resource.references].some((address) => address.startsWith('google_dns_managed_zone.'));
    return resource.type === 'google_dns_record_set' && isPrivate ? { kind: 'gate', key: 'all' } : undefined;
  });
  const machines = groups.filter(({ kind }) => kind === 'machines');
  const groupWith: GroupWith = (address) => machines.find(({ resources }) => namedBy(resources, address));
  return {
    name: 'gcp-stack',
    title: 'Sandpiper on Google Cloud',
    tree,
    groups,
    rights: rightsOf(ofType, groupWith),
    ways: waysOf(ofType, groupWith),
    deadLettersOf: new Map(
      ofType('google_pubsub_subscription')
        .filter(({ attributes }) => attributes.dead_letter_policy !== undefined)
        .map(({ attributes }) => [
          addressIn(attributes.topic),
          addressIn(attributes.dead_letter_policy.dead_letter_topic),
        ]),
    ),
    zones: zonesOf(ofType),
    zoneOf: (group) => {
      if (group.kind === 'names') return 'internet';
      if (group.kind === 'front') return 'front';
      if (group.kind === 'gate') return 'gate';
      // A service connection policy gives the event stores of the network their subnetwork.
      const subnetworks =
        group.kind === 'event-store'
          ? ofType('google_network_connectivity_service_connection_policy').flatMap(({ references }) => [...references])
          : group.resources.flatMap(({ references }) => [...references]);
      return (
        subnetworks.map((address) => subnetworkZoneId(ofType, address)).find((id) => id !== undefined) ?? 'services'
      );
    },
    closedZone: (runners) => closedZone(ofType, groupWith, runners),
    words: (group) => gcpWords(tree, group),
    bootstrapWords: {
      title: 'Bootstrap bucket',
      product: 'Cloud Storage',
      lines: ['filled before the stack'],
    },
  };
}

const namedBy = (resources: readonly TreeResource[], address: string): boolean =>
  resources.some(({ references }) => references.has(address));

function subnetworkZoneId(ofType: OfType, address: string): string | undefined {
  const found = ofType('google_compute_subnetwork').find((resource) => resource.address === address);
  return found && zoneId(found.id);
}

const zoneId = (id: string): string => id.replace(/\W/g, '_');

function zonesOf(ofType: OfType): Zone[] {
  const [route] = ofType('google_compute_route');
  const hasNat = ofType('google_compute_router_nat').length > 0;
  const hasAddress = ofType('google_compute_region_instance_template').some(({ attributes }) =>
    (attributes.network_interface as { access_config?: unknown }[]).some((card) => card.access_config !== undefined),
  );
  return [
    { id: 'internet', kind: 'internet', title: 'Internet', lines: [] },
    { id: 'cloud', kind: 'cloud', title: 'Google Cloud project, one region', lines: [] },
    {
      id: 'front',
      kind: 'public',
      title: 'Google’s front ends',
      lines: ['global addresses, outside of the network'],
      within: 'cloud',
    },
    {
      id: 'network',
      kind: 'network',
      title: 'VPC network',
      lines: [
        `${hasAddress ? 'external addresses' : 'no external address'}, ${hasNat ? 'a way out through Cloud NAT' : 'no Cloud NAT'}`,
        `only route out: ${route?.attributes.dest_range ?? 'none'}`,
      ],
      within: 'cloud',
    },
    ...ofType('google_compute_subnetwork').map(({ id, attributes }): Zone => ({
      id: zoneId(id),
      kind: 'private',
      title: `Subnetwork ${attributes.ip_cidr_range}`,
      lines: [],
      within: 'network',
    })),
    { id: 'gate', kind: 'gate', title: 'Private Google Access', lines: [], within: 'network' },
    {
      id: 'services',
      kind: 'services',
      title: 'Managed services',
      lines: ['reached through restricted.googleapis.com, with the machine’s own service account'],
      within: 'cloud',
    },
  ];
}

function rightsOf(ofType: OfType, groupWith: GroupWith): Right[] {
  const members = [
    'google_project_iam_member',
    'google_pubsub_subscription_iam_member',
    'google_pubsub_topic_iam_member',
    'google_secret_manager_secret_iam_member',
    'google_storage_bucket_iam_member',
  ].flatMap(ofType);
  const topicOf = (subscription: string): string =>
    addressIn(ofType('google_pubsub_subscription').find(({ address }) => address === subscription)?.attributes.topic);
  return members.flatMap(({ attributes }): Right[] => {
    const who = groupWith(addressIn(attributes.member));
    const may = VERBS[attributes.role as string];
    if (who === undefined || may === undefined) return [];
    const named = addressIn(attributes.topic ?? attributes.subscription ?? attributes.secret_id ?? attributes.bucket);
    const what = String(attributes.bucket).endsWith('-bootstrap')
      ? BOOTSTRAP
      : may === 'connect'
        ? storeNamed(ofType, attributes.condition?.expression)
        : may === 'take'
          ? topicOf(named)
          : named || undefined;
    return [{ who: who.key, may, what }];
  });
}

/** The right to connect is the project’s, with a condition on the store’s name. */
function storeNamed(ofType: OfType, expression: unknown): string | undefined {
  const [, name] = /instances\/([\w-]+)/.exec(String(expression)) ?? [];
  return ofType('google_memorystore_instance').find(({ attributes }) => attributes.instance_id === name)?.address;
}

function waysOf(ofType: OfType, groupWith: GroupWith): Way[] {
  const rules = ofType('google_compute_firewall').filter(({ attributes }) => attributes.allow !== undefined);
  const store = (references: ReadonlySet<string>): TreeResource | undefined =>
    ofType('google_memorystore_instance').find(({ address }) => references.has(address));
  return [
    ...ofType('google_compute_global_forwarding_rule').map(({ owner, attributes }) => ({
      from: 'internet',
      to: placeOf({ kind: 'front', key: owner }),
      port: Number(attributes.port_range),
    })),
    ...rules.flatMap(({ attributes, references }): Way[] => {
      const group = groupWith(addressIn(attributes.target_service_accounts?.[0]));
      if (group === undefined) return [];
      const machines = placeOf(group);
      const ports = portsOf(attributes);
      // Inward, only Google's front ends are let in: those of the service's own load balancer.
      if (attributes.direction === 'INGRESS')
        return ports.map((port) => ({ from: placeOf({ kind: 'front', key: group.key }), to: machines, port }));
      const found = store(references);
      const to =
        found === undefined
          ? placeOf({ kind: 'gate', key: 'all' })
          : placeOf({ kind: 'event-store', key: found.owner });
      return ports.map((port) => ({ from: machines, to, port }));
    }),
  ];
}

const portsOf = (attributes: TreeResource['attributes']): number[] =>
  (attributes.allow as { ports?: string[] }[]).flatMap(({ ports = [] }) => ports.map(Number));

/** The subnetwork of the machines that run code, with what their firewall rules let through. */
function closedZone(ofType: OfType, groupWith: GroupWith, runners: ResourceGroup): Zone {
  const theirs = ofType('google_compute_firewall').filter(
    ({ attributes }) => groupWith(addressIn(attributes.target_service_accounts?.[0])) === runners,
  );
  const allowed = (direction: string): string[] =>
    theirs
      .filter(({ attributes }) => attributes.direction === direction && attributes.allow !== undefined)
      .map(({ attributes, references }) => {
        const toStore = [...references].some((address) => address.startsWith('google_memorystore_instance.'));
        const name = toStore
          ? 'event store'
          : direction === 'EGRESS'
            ? 'Google APIs'
            : String(attributes.source_ranges);
        return `${name} ${portsOf(attributes).join(', ')}`;
      })
      .sort();
  const deniesAllElse = ['EGRESS', 'INGRESS'].every((direction) =>
    theirs.some(({ attributes }) => attributes.direction === direction && attributes.deny?.[0].protocol === 'all'),
  );
  const isClosed =
    deniesAllElse &&
    allowed('INGRESS').length === 0 &&
    ofType('google_compute_router_nat').length === 0 &&
    !leavesGoogle(theirs);
  const [subnetwork] = ofType('google_compute_subnetwork').filter(({ address }) => namedBy(runners.resources, address));
  return {
    id: 'closed',
    kind: isClosed ? 'closed' : 'private',
    title: `${isClosed ? 'No' : 'A'} way out: subnetwork ${subnetwork?.attributes.ip_cidr_range ?? ''}`,
    lines: [
      `out: ${allowed('EGRESS').join(', ') || 'nothing'}`,
      `in: ${allowed('INGRESS').join(', ') || 'nothing'}; ${deniesAllElse ? 'all else denied' : 'not all else denied'}`,
    ],
    within: 'network',
  };
}

/** Whether a rule lets through more than the restricted addresses of Google's APIs and single machines. */
function leavesGoogle(rules: readonly TreeResource[]): boolean {
  return rules
    .filter(({ attributes }) => attributes.allow !== undefined && attributes.direction === 'EGRESS')
    .flatMap(({ attributes }) => attributes.destination_ranges as string[])
    .some((range) => range !== RESTRICTED_GOOGLE_APIS && !range.endsWith('/32'));
}

/** The first address in an expression. */
function addressIn(value: unknown): string {
  return /(google_[a-z0-9_]+\.[A-Za-z_][\w-]*)/.exec(String(value ?? ''))?.[1] ?? '';
}
