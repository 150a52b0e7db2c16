import {
  DescribeAvailabilityZonesCommand,
  DescribeSubnetsCommand,
  paginateDescribeInstanceTypeOfferings,
} from '@aws-sdk/client-ec2';
import { failed, ok, warning, type Finding } from '../check';
import type { Stack } from '../../plan/synthesized';
import { listOf } from '../values';
import type { AwsAccount } from './account';
import { machineGroups } from './machines';

/** Whether the instances' types are offered in the zones that they stand in. */
export async function instanceTypes(account: AwsAccount, signal: AbortSignal): Promise<readonly Finding[]> {
  const stack = await account.stack;
  const groups = machineGroups(stack, account.values);
  const [zones, offered] = await Promise.all([
    zonesOf(account, stack, signal),
    offerings(
      account,
      groups.flatMap(({ types }) => types),
      signal,
    ),
  ]);
  const findings = groups.flatMap(({ name, types }): Finding[] => {
    const zonesWithout = zones.filter((zone) => !types.some((type) => offered.get(type)?.has(zone)));
    const fix = '--var aws_region=, another region; or another machine size of the service';
    if (zonesWithout.length === zones.length) {
      return [failed(`${name}: ${types.join(', ')} is offered in none of ${zones.join(', ')}`, fix)];
    }
    if (zonesWithout.length > 0) {
      return [warning(`${name}: ${types.join(', ')} is not offered in ${zonesWithout.join(', ')}`, fix)];
    }
    return [];
  });
  if (findings.length > 0) return findings;
  const types = [...new Set(groups.flatMap((group) => group.types))];
  return [ok(`${types.join(', ')} in ${zones.join(', ')}`)];
}

/** The zones of the instances: of the existing subnets, those that are named, or the first ones of the region, as the stack counts them. */
async function zonesOf(account: AwsAccount, stack: Stack, signal: AbortSignal): Promise<string[]> {
  const { ec2 } = account.clients;
  if (account.settings.existingNetwork) {
    const ids = listOf(account.values, 'private_subnet_ids');
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: ids }), { abortSignal: signal });
    return [...new Set(Subnets.flatMap(({ AvailabilityZone }) => AvailabilityZone ?? []))].sort();
  }
  const { zones } = account.values;
  const isNamed = zones !== undefined && !/^\s*(\[\s*\])?\s*$/.test(zones);
  if (isNamed) return listOf(account.values, 'zones');
  const indexes = stack.resources
    .filter(({ type }) => type === 'aws_subnet')
    .map(({ body }) => Number(/\.names(?:\[|, )(\d+)/.exec(String(body.availability_zone))?.[1] ?? 0));
  const question = stack.data.find(({ type }) => type === 'aws_availability_zones')?.body;
  const filters = ((question?.filter ?? []) as { name: string; values: string[] }[]).map(({ name, values }) => ({
    Name: name,
    Values: values,
  }));
  const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({ Filters: filters }), {
    abortSignal: signal,
  });
  const names = AvailabilityZones.flatMap(({ ZoneName }) => ZoneName ?? []).sort();
  return names.slice(0, Math.max(...indexes, 0) + 1);
}

async function offerings(
  { clients }: AwsAccount,
  types: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const offered = new Map<string, Set<string>>();
  const pages = paginateDescribeInstanceTypeOfferings(
    { client: clients.ec2 },
    {
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: [...new Set(types)] }],
    },
  );
  for await (const { InstanceTypeOfferings = [] } of pages) {
    for (const { InstanceType = '', Location = '' } of InstanceTypeOfferings) {
      offered.set(InstanceType, (offered.get(InstanceType) ?? new Set()).add(Location));
    }
    signal.throwIfAborted();
  }
  return offered;
}
