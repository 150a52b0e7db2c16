import type { Opening, Party } from '../flow';
import { resourcesOf, type Plan, type Resource, type Target } from '../../plan/plan';
import { Unknown, type Value } from '../../plan/unknown';

/** Machines made from one template, or a single one. */
export interface Machines {
  readonly party: Party;
  /** The group, or the machine itself. */
  readonly resource: Resource;
  readonly templates: readonly Resource[];
  readonly subnetworks: readonly Target[];
  readonly networks: readonly Target[];
  readonly accounts: readonly Target[];
  readonly tags: readonly string[];
}

const GROUPS = ['google_compute_region_instance_group_manager', 'google_compute_instance_group_manager'];
const TEMPLATES = ['google_compute_region_instance_template', 'google_compute_instance_template'];
const SINGLE = ['google_compute_instance', 'google_compute_instance_from_template'];
export const NETWORK = 'google_compute_network';
export const SUBNETWORK = 'google_compute_subnetwork';

/**
 * Every machine of the plan. Those that stand behind no load balancer are held to be runners: a new kind of machine is closed until it
 * is known to be something else. One whose boot script is a sandbox host's is a runner wherever it stands.
 */
export function findMachines(plan: Plan): readonly Machines[] {
  const groups = plan.of(...GROUPS).map((group) => {
    const templates = blocks(group.values.version).flatMap(({ instance_template: template }) =>
      resourcesOf(plan.resolve(template, ...TEMPLATES)),
    );
    return machinesOf(plan, group, templates);
  });
  const single = plan.of(...SINGLE).map((machine) => {
    const template = resourcesOf(plan.resolve(machine.values.source_instance_template, ...TEMPLATES));
    return machinesOf(plan, machine, [machine, ...template]);
  });
  return [...groups, ...single];
}

/** Ways in which machines get an address that the internet knows, or more rights than their account's roles. */
export function machineOpenings({ resource, templates, accounts }: Machines): Opening[] {
  const { address } = resource;
  const outside = accounts.flatMap((account) => ('outside' in account ? [account.outside] : []));
  return [
    ...(templates.length === 0 ? [{ address, problem: 'what it is made from is not in the plan' }] : []),
    ...(accounts.length === 0
      ? [{ address, problem: "has no service account of its own: the project's default one holds" }]
      : []),
    ...outside.map((name) => ({ address, problem: `its service account ${name} is not in the plan` })),
    ...(list(resource.values.stateful_external_ip).length > 0
      ? [{ address, problem: 'stateful_external_ip gives runners a public address' }]
      : []),
    ...templates.flatMap(templateOpenings),
  ];
}

/** The only scope that leaves it to roles what a machine may do; others are of services that no role of the project limits. */
const SCOPES = ['cloud-platform', 'https://www.googleapis.com/auth/cloud-platform'];

function templateOpenings({ address, values }: Resource): Opening[] {
  const interfaces = blocks(values.network_interface);
  const scopes = blocks(values.service_account).flatMap((account) => list(account.scopes));
  const publicParts = ['access_config', 'ipv6_access_config', 'ipv6_address', 'network_attachment'];
  return [
    ...interfaces.flatMap((one) =>
      publicParts
        .filter((name) => list(one[name]).length > 0)
        .map((name) => ({ address, problem: `${name} gives runners a public address or another network` })),
    ),
    ...(interfaces.length > 1 ? [{ address, problem: 'has a second network interface' }] : []),
    ...(values.can_ip_forward === true ? [{ address, problem: 'forwards packets of others' }] : []),
    ...scopes
      .filter((scope) => !SCOPES.includes(String(scope)))
      .map((scope) => ({ address, problem: `has the scope ${String(scope)}` })),
  ];
}

function machinesOf(plan: Plan, resource: Resource, templates: readonly Resource[]): Machines {
  const interfaces = templates.flatMap(({ values }) => blocks(values.network_interface));
  const accounts = templates.flatMap(({ values }) => blocks(values.service_account).map(({ email }) => email as Value));
  const subnetworks = plan.resolve(
    interfaces.map(({ subnetwork }) => subnetwork as Value),
    SUBNETWORK,
  );
  const named = plan.resolve(
    interfaces.map(({ network }) => network as Value),
    NETWORK,
  );
  const ofSubnetworks = resourcesOf(subnetworks).flatMap(({ values }) => plan.resolve(values.network, NETWORK));
  const isRunner = templates.some((template) => isSandboxHost(plan, template)) || !isBehindLoadBalancer(plan, resource);
  return {
    party: { name: nameOf([resource, ...templates]), kind: isRunner ? 'runner' : 'service' },
    resource,
    templates,
    subnetworks,
    networks: ofSubnetworks.length > 0 ? ofSubnetworks : named,
    accounts: plan.resolve(accounts, 'google_service_account'),
    tags: templates.flatMap(({ values }) => list(values.tags).map(String)),
  };
}

function isSandboxHost(plan: Plan, { values }: Resource): boolean {
  const scripts = [(values.metadata ?? {})['startup-script'], values.metadata_startup_script] as readonly Value[];
  return scripts.some((script) => plan.text(script)?.includes('"profile":"sandbox-host"'));
}

function isBehindLoadBalancer(plan: Plan, group: Resource): boolean {
  return plan
    .of('google_compute_backend_service', 'google_compute_region_backend_service')
    .flatMap(({ values }) => blocks(values.backend))
    .some((backend) => means(plan, backend.group, group));
}

/** Whether a value names a resource. */
export function means(plan: Plan, value: Value, resource: Resource): boolean {
  return plan.resolve(value).some((target) => 'resource' in target && target.resource.address === resource.address);
}

/** Whether a text holds an account's email, of which everybody knows the beginning before the account is there. */
export function isEmailOf(text: Value, { values }: Resource): boolean {
  const { email, account_id: id } = values as { readonly email?: unknown; readonly account_id?: unknown };
  const known = [...(typeof email === 'string' ? [email] : []), ...(typeof id === 'string' ? [`${id}@`] : [])];
  return typeof text === 'string' && known.some((name) => text.includes(name));
}

/** What the tables call it: the service that it is labelled with, else its name. */
export function nameOf(resources: readonly Resource[]): string {
  const labels = resources.map(({ values }) => (values.labels as Record<string, unknown> | undefined)?.service);
  const names = [...labels, ...resources.map(({ values }) => values.name as unknown)];
  return names.find((name): name is string => typeof name === 'string') ?? resources[0]!.address;
}

export function blocks(value: Value): readonly Readonly<Record<string, any>>[] {
  return list(value).filter(
    (one): one is Record<string, any> => typeof one === 'object' && one !== null && !(one instanceof Unknown),
  );
}

/** The elements of a list; of a value that is known after apply, that value. */
export function list(value: Value): readonly Value[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as Value[]) : [value];
}
