import type { Zone } from './architecture';
import { awsTypes } from './aws-types';
import { awsWords } from './aws-words';
import { BOOTSTRAP, placeOf, type Reading, type Right, type Verb, type Way } from './reading';
import { groupsOf, refuseUnknownTypes, type ResourceGroup } from './shown';
import type { StackTree, TreeResource } from './stack-tree';

/** Actions of IAM that are drawn. */
const VERBS: Readonly<Record<string, Verb>> = {
  'sqs:SendMessage': 'send',
  'sqs:ReceiveMessage': 'take',
  's3:GetObject': 'read',
  'secretsmanager:GetSecretValue': 'read',
  'logs:PutLogEvents': 'write',
  'elasticache:Connect': 'connect',
  'cloudwatch:PutMetricData': 'publish',
};

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** @throws Failure naming a type of resource that the picture does not know */
export function readAws(tree: StackTree): Reading {
  refuseUnknownTypes(tree, awsTypes, 'tools/diagram/aws-types.ts');
  const ofType = (type: string): TreeResource[] => tree.resources.filter((resource) => resource.type === type);
  const logBuckets = new Set(ofType('aws_lb').flatMap(({ references }) => [...references]));
  const groups = groupsOf(tree, awsTypes, ({ type, address }) =>
    type === 'aws_s3_bucket' && logBuckets.has(address) ? { kind: 'logs', key: 'all' } : undefined,
  );
  const groupWith = groupFinder(tree, groups);
  const network = subnetsOf(ofType);
  return {
    name: 'aws-stack',
    title: 'Sandpiper on AWS',
    tree,
    groups,
    rights: rightsOf(ofType, groupWith),
    ways: waysOf(ofType, groupWith),
    deadLettersOf: new Map(
      ofType('aws_sqs_queue_redrive_policy').map(({ attributes }) => [
        addressIn(attributes.queue_url),
        addressIn(attributes.redrive_policy),
      ]),
    ),
    zones: zonesOf(ofType, network),
    zoneOf: (group) => {
      if (group.kind === 'names') return 'internet';
      if (group.kind === 'gate') return 'gate';
      const named = (type: string): string[] =>
        group.resources.filter((resource) => resource.type === type).flatMap(({ references }) => [...references]);
      const subnetGroups = named('aws_elasticache_replication_group').map((address) =>
        tree.resources.find(
          (resource) => resource.address === address && resource.type === 'aws_elasticache_subnet_group',
        ),
      );
      const subnets = [
        ...['aws_lb', 'aws_autoscaling_group'].flatMap(named),
        ...subnetGroups.flatMap((found) => [...(found?.references ?? [])]),
      ];
      if (subnets.some((address) => network.public.has(address))) return 'public';
      return subnets.some((address) => network.private.has(address)) ? 'private' : 'services';
    },
    closedZone: (runners) => closedZone(ofType, groupWith, runners),
    words: (group) => awsWords(tree, group),
    bootstrapWords: { title: 'Bootstrap bucket', product: 'Amazon S3', lines: ['filled before the stack'] },
  };
}

/** Which group a security group or a role belongs to: the one whose resource names it, directly or through an instance profile. */
function groupFinder(tree: StackTree, groups: readonly ResourceGroup[]) {
  const byAddress = new Map(tree.resources.map((resource) => [resource.address, resource]));
  const owners = new Map<string, ResourceGroup>();
  const placed = groups.filter(({ kind }) => ['front', 'machines', 'event-store', 'gate'].includes(kind));
  for (const group of placed) {
    for (const { references } of group.resources) {
      for (const address of references) {
        if (address.startsWith('aws_security_group.')) owners.set(address, group);
        if (address.startsWith('aws_iam_instance_profile.')) {
          for (const role of byAddress.get(address)?.references ?? []) owners.set(role, group);
        }
      }
    }
  }
  return (address: string): ResourceGroup | undefined => owners.get(address);
}

/** Subnets by whether their route table leads to the internet gateway. */
function subnetsOf(ofType: (type: string) => TreeResource[]) {
  const routes = ofType('aws_route');
  const leadsTo = (type: string): Set<string> =>
    new Set(
      routes
        .filter(({ references }) => [...references].some((address) => address.startsWith(`${type}.`)))
        .flatMap(({ references }) => [...references]),
    );
  const toInternet = leadsTo('aws_internet_gateway');
  const toNat = leadsTo('aws_nat_gateway');
  const below = (tables: (address: string) => boolean): Set<string> =>
    new Set(
      ofType('aws_route_table_association')
        .filter(({ attributes }) => tables(addressIn(attributes.route_table_id)))
        .map(({ attributes }) => addressIn(attributes.subnet_id)),
    );
  return {
    public: below((table) => toInternet.has(table)),
    private: below((table) => !toInternet.has(table)),
    hasNat: toNat.size > 0,
  };
}

function zonesOf(ofType: (type: string) => TreeResource[], network: ReturnType<typeof subnetsOf>): Zone[] {
  const [vpc] = ofType('aws_vpc');
  const hasAddress = ofType('aws_launch_template').some(({ attributes }) =>
    (attributes.network_interfaces as { associate_public_ip_address?: string }[]).some(
      (card) => card.associate_public_ip_address !== 'false',
    ),
  );
  return [
    { id: 'internet', kind: 'internet', title: 'Internet', lines: [] },
    { id: 'cloud', kind: 'cloud', title: 'AWS account, one region', lines: [] },
    { id: 'network', kind: 'network', title: `VPC ${vpc?.attributes.cidr_block ?? ''}`, lines: [], within: 'cloud' },
    {
      id: 'public',
      kind: 'public',
      title: `${network.public.size} public subnets`,
      lines: ['the only route to the internet'],
      within: 'network',
    },
    {
      id: 'private',
      kind: 'private',
      title: `${network.private.size} private subnets`,
      lines: [
        `${hasAddress ? 'public addresses' : 'no public address'}, ${network.hasNat ? 'a way out through NAT' : 'no route to the internet'}`,
      ],
      within: 'network',
    },
    { id: 'gate', kind: 'gate', title: 'VPC endpoints', lines: [], within: 'network' },
    {
      id: 'services',
      kind: 'services',
      title: 'Managed services',
      lines: ['reached through the endpoints, with the machine’s own role'],
      within: 'cloud',
    },
  ];
}

function rightsOf(
  ofType: (type: string) => TreeResource[],
  groupWith: (address: string) => ResourceGroup | undefined,
): Right[] {
  return ofType('aws_iam_role_policy').flatMap(({ attributes }) => {
    const who = groupWith(addressIn(attributes.role));
    if (who?.kind !== 'machines') return [];
    const { Statement: statements } = JSON.parse(attributes.policy as string) as { Statement: Statement[] };
    return statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) => {
          const may = VERBS[action];
          if (may === undefined) return [];
          return [Resource].flat().map((resource) => ({
            who: who.key,
            may,
            what: resource === '*' ? undefined : resource.includes('-bootstrap-') ? BOOTSTRAP : addressIn(resource),
          }));
        }),
      );
  });
}

function waysOf(
  ofType: (type: string) => TreeResource[],
  groupWith: (address: string) => ResourceGroup | undefined,
): Way[] {
  const place = (address: unknown): string | undefined => {
    const group = groupWith(addressIn(address));
    return group && placeOf(group);
  };
  const way = (from: string | undefined, to: string | undefined, port: number): Way[] =>
    from !== undefined && to !== undefined ? [{ from, to, port }] : [];
  return [
    ...ofType('aws_vpc_security_group_egress_rule').flatMap(({ attributes: rule }) =>
      way(place(rule.security_group_id), place(rule.referenced_security_group_id), Number(rule.from_port)),
    ),
    ...ofType('aws_vpc_security_group_ingress_rule').flatMap(({ attributes: rule }) =>
      rule.cidr_ipv4 === '0.0.0.0/0' ? way('internet', place(rule.security_group_id), Number(rule.from_port)) : [],
    ),
  ];
}

/** What machines that run code may reach, and how it is called. */
const OWN_DESTINATIONS: Readonly<Partial<Record<ResourceGroup['kind'], string>>> = {
  'event-store': 'event store',
  gate: 'endpoints',
};

/** The security group of the machines that run code, with every rule it has. */
function closedZone(
  ofType: (type: string) => TreeResource[],
  groupWith: (address: string) => ResourceGroup | undefined,
  runners: ResourceGroup,
): Zone {
  const isTheirs = ({ attributes }: TreeResource): boolean =>
    groupWith(addressIn(attributes.security_group_id)) === runners;
  const out = ofType('aws_vpc_security_group_egress_rule')
    .filter(isTheirs)
    .map(({ attributes: rule }) => {
      const to = groupWith(addressIn(rule.referenced_security_group_id));
      const own = to && OWN_DESTINATIONS[to.kind];
      const isEndpoint = addressIn(rule.prefix_list_id).startsWith('aws_vpc_endpoint.');
      const other = rule.cidr_ipv4 ?? rule.cidr_ipv6 ?? to?.key ?? rule.prefix_list_id ?? 'anything';
      return {
        words: `${own ?? (isEndpoint ? 'S3' : other)} ${rule.from_port ?? 'all ports'}`,
        isOwn: own !== undefined || isEndpoint,
      };
    });
  const inward = ofType('aws_vpc_security_group_ingress_rule').filter(isTheirs);
  const isClosed = out.every(({ isOwn }) => isOwn) && inward.length === 0 && ofType('aws_nat_gateway').length === 0;
  return {
    id: 'closed',
    kind: isClosed ? 'closed' : 'private',
    title: `Security group: ${isClosed ? 'no' : 'a'} way out`,
    lines: [
      `out: ${
        out
          .map(({ words }) => words)
          .sort()
          .join(', ') || 'nothing'
      }`,
      `in: ${inward.length === 0 ? 'nothing' : inward.map(({ attributes }) => String(attributes.from_port)).join(', ')}`,
    ],
    within: 'private',
  };
}

/** The first address in an expression. */
function addressIn(value: unknown): string {
  return /(aws_[a-z0-9_]+\.[A-Za-z_][\w-]*)/.exec(String(value ?? ''))?.[1] ?? '';
}
