import type { Opening, Party } from '../flow';
import type { Plan, Resource, Target } from '../../plan/plan';
import type { Value } from '../../plan/unknown';

/** Machines of one kind: a group of them, or a single one. */
export interface Machines {
  readonly party: Party;
  /** The group, or the machine itself. */
  readonly resource: Resource;
  /** What they are made from: more than one where a group mixes templates. */
  readonly templates: readonly Resource[];
  readonly subnets: readonly Target[];
  readonly securityGroups: readonly Target[];
  readonly profiles: readonly Target[];
}

const TEMPLATES = ['aws_launch_template', 'aws_launch_configuration'];

/**
 * Every machine of the plan. Those that stand behind no load balancer are held to be runners: a new kind of machine is closed until it
 * is known to be something else. One whose boot script is a sandbox host's is a runner wherever it stands.
 */
export function findMachines(plan: Plan): readonly Machines[] {
  const groups = plan.of('aws_autoscaling_group').map((group): Machines => {
    const templates = templatesOf(plan, group);
    return {
      ...describe(plan, templates),
      party: partyOf(plan, group, templates),
      resource: group,
      templates,
      subnets: plan.resolve([group.values.vpc_zone_identifier, ...interfaceSubnets(templates)], 'aws_subnet'),
    };
  });
  const single = plan.of('aws_instance', 'aws_spot_instance_request').map((machine): Machines => ({
    ...describe(plan, [machine]),
    party: partyOf(plan, machine, [machine]),
    resource: machine,
    templates: [machine],
    subnets: plan.resolve([machine.values.subnet_id, ...interfaceSubnets([machine])], 'aws_subnet'),
  }));
  return [...groups, ...single];
}

/** Subnets that a template names in place of its group's. */
function interfaceSubnets(templates: readonly Resource[]): Value[] {
  return templates.flatMap(({ values }) => blocks(values.network_interfaces).map((one) => one.subnet_id as Value));
}

/** Ways in which runners get an address that the internet knows, an interface that somebody else made, or credentials for others. */
export function addressOpenings(plan: Plan, { resource, templates, subnets }: Machines): Opening[] {
  const inSubnets = subnets.flatMap((target): Opening[] => {
    if (!('resource' in target)) return [];
    const { address, values } = target.resource;
    const gives = ['map_public_ip_on_launch', 'assign_ipv6_address_on_creation', 'map_customer_owned_ip_on_launch'];
    return gives
      .filter((name) => isGiven(values[name]))
      .map((name) => ({ address, problem: `${name} gives runners a public address` }));
  });
  const inTemplates = templates.flatMap((template) =>
    [template.values, ...blocks(template.values.network_interfaces), ...blocks(template.values.network_interface)]
      .flatMap((holder) => PUBLIC.filter((name) => isGiven(holder[name])))
      .map((name) => ({ address: template.address, problem: `${name} gives runners a public address or interface` })),
  );
  const metadata = templates.flatMap(({ address, values }): Opening[] => {
    const [options] = blocks(values.metadata_options);
    const isClosed = options?.http_endpoint === 'disabled';
    const isNarrow = options?.http_tokens === 'required' && options.http_put_response_hop_limit === 1;
    return isClosed || isNarrow
      ? []
      : [{ address, problem: 'gives credentials to who forwards a request (IMDSv1 or hops)' }];
  });
  const addresses = plan
    .of('aws_eip', 'aws_eip_association', 'aws_network_interface_attachment')
    .filter(({ values }) => values.instance || values.instance_id || values.network_interface)
    .map(({ address }) => ({
      address,
      problem: `gives ${resource.address} or another machine an address or interface`,
    }));
  return [...inSubnets, ...inTemplates, ...metadata, ...addresses];
}

const PUBLIC = [
  ...['associate_public_ip_address', 'associate_carrier_ip_address', 'network_interface_id'],
  ...['ipv6_address_count', 'ipv6_addresses', 'ipv6_prefix_count', 'ipv6_prefixes', 'primary_ipv6'],
];

/** Anything but an absent value and a no. */
function isGiven(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false && value !== 'false' && value !== 0 && value !== '';
}

function describe(plan: Plan, templates: readonly Resource[]): Pick<Machines, 'securityGroups' | 'profiles'> {
  const groups = templates.flatMap(({ values }) => [
    values.vpc_security_group_ids,
    values.security_groups,
    values.security_group_names,
    ...blocks(values.network_interfaces).map((one) => one.security_groups),
  ]);
  const profiles = templates.flatMap(({ values }) =>
    typeof values.iam_instance_profile === 'string' || !Array.isArray(values.iam_instance_profile)
      ? [values.iam_instance_profile]
      : blocks(values.iam_instance_profile).map(({ arn, name }) => arn ?? name),
  );
  return {
    securityGroups: plan.resolve(groups, 'aws_security_group', 'aws_default_security_group'),
    profiles: plan.resolve(profiles, 'aws_iam_instance_profile'),
  };
}

function templatesOf(plan: Plan, { values }: Resource): readonly Resource[] {
  const mixed = blocks(values.mixed_instances_policy).flatMap((policy) => blocks(policy.launch_template));
  const specifications = [
    ...blocks(values.launch_template),
    ...mixed.flatMap((template) => blocks(template.launch_template_specification)),
    ...mixed
      .flatMap((template) => blocks(template.override))
      .flatMap((one) => blocks(one.launch_template_specification)),
  ];
  const named = specifications.map((one) => one.launch_template_id ?? one.id ?? one.launch_template_name ?? one.name);
  return plan
    .resolve([...named, values.launch_configuration], ...TEMPLATES)
    .flatMap((target) => ('resource' in target ? [target.resource] : []));
}

function partyOf(plan: Plan, resource: Resource, templates: readonly Resource[]): Party {
  const isRunner = templates.some((template) => isSandboxHost(plan, template)) || !isBehindLoadBalancer(plan, resource);
  return { name: nameOf(resource), kind: isRunner ? 'runner' : 'service' };
}

function isSandboxHost(plan: Plan, { values }: Resource): boolean {
  const text = plan.text(values.user_data ?? values.user_data_base64) ?? '';
  return text.includes('"profile":"sandbox-host"') || decoded(text).includes('"profile":"sandbox-host"');
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

const ATTACHMENTS = ['aws_autoscaling_attachment', 'aws_autoscaling_traffic_source_attachment'];

function isBehindLoadBalancer(plan: Plan, group: Resource): boolean {
  const { target_group_arns: targets, load_balancers: classic, traffic_source: sources } = group.values;
  const own = [targets, classic, sources].some((value) => isGiven(value));
  return own || plan.of(...ATTACHMENTS).some(({ values }) => means(plan, values.autoscaling_group_name, group));
}

/** Whether a value names a resource. */
export function means(plan: Plan, value: Value, resource: Resource): boolean {
  return plan.resolve(value).some((target) => 'resource' in target && target.resource.address === resource.address);
}

/** What the tables call it: its own name, without what every name begins with. */
export function nameOf({ values, address }: Resource): string {
  const tags = (values.tags ?? {}) as Record<string, unknown>;
  const tag = blocks(values.tag).find(({ key }) => key === 'service')?.value;
  const name = tag ?? tags.service ?? values.name ?? tags.Name;
  return typeof name === 'string' && name !== '' ? name : address;
}

export function blocks(value: Value): readonly Readonly<Record<string, any>>[] {
  return Array.isArray(value) ? (value as Readonly<Record<string, any>>[]).filter((one) => one !== null) : [];
}
