import { unread, CheckSkipped, type Finding } from '../check';
import { compare } from '../quota';
import { guestCpus, zonesOf } from './machine-types';
import { machineGroups, type MachineGroup } from './machines';
import type { GcpProject, Region } from './project';

/** Quotas of a whole project that count resources, by the types that do (Compute Engine API, projects.get, `quotas[].metric`). */
const COUNTED: readonly (readonly [metric: string, ...types: string[]])[] = [
  ['NETWORKS', 'google_compute_network'],
  ['SUBNETWORKS', 'google_compute_subnetwork'],
  ['FIREWALLS', 'google_compute_firewall'],
  ['ROUTES', 'google_compute_route'],
  ['ROUTERS', 'google_compute_router'],
  ['STATIC_ADDRESSES', 'google_compute_global_address'],
  ['FORWARDING_RULES', 'google_compute_global_forwarding_rule'],
  ['BACKEND_SERVICES', 'google_compute_backend_service'],
  ['HEALTH_CHECKS', 'google_compute_health_check'],
  ['URL_MAPS', 'google_compute_url_map'],
  ['TARGET_HTTP_PROXIES', 'google_compute_target_http_proxy'],
  ['TARGET_HTTPS_PROXIES', 'google_compute_target_https_proxy'],
  ['SECURITY_POLICIES', 'google_compute_security_policy'],
];

/** Families that share the quota `CPUS`; others have one of their own, which regions.get does not tell of all of them. */
const SHARED_CPUS = /^(e2|f1|g1|n1|custom)-/;

type Quotas = NonNullable<Region['quotas']>;

/** Whether the stack fits into what the project may have, beside what is there. */
export async function quotas(of: GcpProject, signal: AbortSignal): Promise<readonly Finding[]> {
  const stack = await of.stack;
  const [ofProject, region] = await Promise.all([
    of.google.get<{ quotas?: Quotas }>('compute', `compute/v1/projects/${of.project}`, signal),
    of.regionAnswer(signal),
  ]);
  if (region === undefined) throw new CheckSkipped(`${of.region()} is no region`);
  const counted = COUNTED.flatMap(([metric, ...types]) => {
    const minimum = stack.resources.filter(({ type }) => types.includes(type)).length;
    return minimum === 0 ? [] : [against(of, ofProject.quotas ?? [], metric, minimum)];
  });
  return [...(await machineQuotas(of, region.quotas ?? [], signal)), ...counted];
}

async function machineQuotas(of: GcpProject, quotas: Quotas, signal: AbortSignal): Promise<readonly Finding[]> {
  const groups = machineGroups(await of.stack, of.values);
  const zones = await zonesOf(of, signal);
  const types = [...new Set(groups.map(({ machineType }) => machineType))];
  const vcpus = new Map(
    await Promise.all(
      types.map(async (type) => {
        const sizes = await Promise.all(zones.map((zone) => guestCpus(of, zone, type, signal)));
        return [type, sizes.find((size) => size !== undefined) ?? 0] as const;
      }),
    ),
  );
  const sum = (bound: 'minimum' | 'maximum', each: (group: MachineGroup) => number): number =>
    groups.reduce((total, group) => total + group[bound] * each(group), 0);
  const both = (metric: string, each: (group: MachineGroup) => number): Finding =>
    against(of, quotas, metric, sum('minimum', each), sum('maximum', each));
  const cpus = (isSpot: boolean) => (group: MachineGroup) =>
    group.isSpot === isSpot && SHARED_CPUS.test(group.machineType) ? (vcpus.get(group.machineType) ?? 0) : 0;
  // A project that was never given preemptible vCPUs takes those of spot machines from the others.
  const hasPreemptible = (quotas.find(({ metric }) => metric === 'PREEMPTIBLE_CPUS')?.limit ?? 0) > 0;
  const findings = [
    both('CPUS', (group) => cpus(false)(group) + (hasPreemptible ? 0 : cpus(true)(group))),
    ...(hasPreemptible && groups.some(({ isSpot }) => isSpot) ? [both('PREEMPTIBLE_CPUS', cpus(true))] : []),
    both('INSTANCES', () => 1),
    both('SSD_TOTAL_GB', ({ ssdGb }) => ssdGb),
  ];
  const others = types.filter((type) => !SHARED_CPUS.test(type));
  if (others.length > 0) {
    const what = `vCPUs of ${others.join(', ')} have a quota of their family, which this API does not tell`;
    findings.push(unread(what, console(of, 'CPUS'), 'quota: vCPUs of a family'));
  }
  return findings;
}

/** What is left of a quota. Where this stack is deployed already, its own use counts: Google does not say whose it is. */
function against(of: GcpProject, quotas: Quotas, metric: string, minimum: number, maximum = minimum): Finding {
  const quota = quotas.find((each) => each.metric === metric);
  if (quota === undefined)
    return unread('the project’s quotas do not list it', console(of, metric), `quota: ${metric}`);
  const { limit, usage: used } = quota;
  return compare(
    { what: metric, minimum, maximum },
    { limit, used },
    (wanted) => `${console(of, metric)}, at least ${wanted}`,
  );
}

const console = ({ project }: GcpProject, metric: string): string =>
  `https://console.cloud.google.com/iam-admin/quotas?project=${project}, ${metric}`;
