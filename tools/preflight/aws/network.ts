import { DescribeSubnetsCommand, type Subnet } from '@aws-sdk/client-ec2';
import { failed, ok, type Finding } from '../check';
import { listOf, needed } from '../values';
import type { AwsAccount } from './account';

const TIERS = ['public_subnet_ids', 'private_subnet_ids'] as const;

/** The existing network: subnets of its VPC, in two zones each. */
export async function network(account: AwsAccount, signal: AbortSignal): Promise<readonly Finding[]> {
  const { settings, values, clients } = account;
  if (!settings.existingNetwork) return [ok('the stack makes its own')];
  const vpc = needed(values, 'vpc_id');
  return Promise.all(
    TIERS.map(async (tier): Promise<Finding> => {
      const ids = listOf(values, tier);
      const { Subnets = [] } = await clients.ec2.send(
        // As a filter: an id that nobody has is then no error.
        new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: ids }] }),
        { abortSignal: signal },
      );
      return subnets(tier, vpc, ids, Subnets);
    }),
  );
}

function subnets(tier: string, vpc: string, ids: readonly string[], found: readonly Subnet[]): Finding {
  const show = `aws ec2 describe-subnets --filters Name=vpc-id,Values=${vpc} shows those of the VPC; --var ${tier}=`;
  const missing = ids.filter((id) => !found.some(({ SubnetId }) => SubnetId === id));
  if (missing.length > 0) return failed(`${tier}: there is no ${missing.join(', ')} in the region`, show);
  const others = found.flatMap(({ SubnetId, VpcId }) => (VpcId === vpc ? [] : [`${SubnetId} (of ${VpcId})`]));
  if (others.length > 0) return failed(`${tier}: not of ${vpc}: ${others.join(', ')}`, show);
  const zones = [...new Set(found.map(({ AvailabilityZone = '' }) => AvailabilityZone))].sort();
  return zones.length < 2
    ? failed(`${tier}: all in ${zones.join(', ')}; a load balancer and a group need two zones`, show)
    : ok(`${tier}: ${zones.join(', ')}`);
}
