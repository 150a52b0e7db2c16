import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { unread, type Finding } from '../check';
import { compare, type Demand } from '../quota';
import { wordsOf } from '../run-checks';
import type { Stack } from '../../plan/synthesized';
import type { AwsAccount } from './account';
import { addresses, gateways, loadBalancers, networks, securityGroups, standardVcpus } from './in-use';
import { machineGroups } from './machines';
import { isStandard, vcpusOf } from './vcpus';

/** A quota of Service Quotas, and how much of it is in use. */
interface Quota {
  readonly service: 'ec2' | 'vpc' | 'elasticloadbalancing';
  readonly code: string;
  readonly demand: Demand;
  readonly inUse: (account: AwsAccount, signal: AbortSignal) => Promise<number>;
}

/** Quotas that count resources: those of the stack, by type. */
const COUNTED: readonly (Omit<Quota, 'demand'> & { readonly what: string; readonly type: string })[] = [
  { what: 'VPCs', type: 'aws_vpc', service: 'vpc', code: 'L-F678F1CE', inUse: networks },
  { what: 'internet gateways', type: 'aws_internet_gateway', service: 'vpc', code: 'L-A4707A72', inUse: gateways },
  { what: 'security groups', type: 'aws_security_group', service: 'vpc', code: 'L-E79EC296', inUse: securityGroups },
  { what: 'Elastic IP addresses', type: 'aws_eip', service: 'ec2', code: 'L-0263D0A3', inUse: addresses },
  {
    what: 'Application Load Balancers',
    type: 'aws_lb',
    service: 'elasticloadbalancing',
    code: 'L-53DA6B97',
    inUse: loadBalancers,
  },
];

/** Running On-Demand, and All Standard Spot: both in vCPUs. */
const ON_DEMAND = 'L-1216C47A';
const SPOT = 'L-34B43A08';

/** Whether the stack fits into what the account may have, beside what is there. What this stack made before counts as nobody's. */
export async function quotas(account: AwsAccount, signal: AbortSignal): Promise<readonly Finding[]> {
  const stack = await account.stack;
  const counted = COUNTED.flatMap(({ what, type, ...quota }): Quota[] => {
    const minimum = stack.resources.filter((each) => each.type === type).length;
    return minimum === 0 ? [] : [{ ...quota, demand: { what, minimum } }];
  });
  const [machines, ...others] = await Promise.all([
    vcpuQuotas(account, stack, signal),
    ...counted.map((quota) => compared(account, quota, signal)),
  ]);
  return [...machines, ...others];
}

async function vcpuQuotas(account: AwsAccount, stack: Stack, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    const groups = machineGroups(stack, account.values);
    const types = [...new Set(groups.flatMap((group) => group.types))];
    const other = types.filter((type) => !isStandard(type));
    if (other.length > 0)
      return [unread(`${other.join(', ')} count to another quota`, 'console, Service Quotas, EC2', 'quota: vCPUs')];
    const vcpus = await vcpusOf(account, types, signal);
    const demand = (what: string, kind: 'onDemand' | 'spot'): Demand => {
      const sum = (bound: 'minimum' | 'maximum'): number =>
        groups.reduce((total, group) => {
          // Any of a group's types may be taken: the largest counts.
          const each = Math.max(...group.types.map((type) => vcpus.get(type) ?? 0));
          return total + group[kind][bound] * each;
        }, 0);
      return { what, minimum: sum('minimum'), maximum: sum('maximum') };
    };
    const wanted: Quota[] = [
      {
        service: 'ec2',
        code: ON_DEMAND,
        demand: demand('vCPUs on demand', 'onDemand'),
        inUse: standardVcpus('on-demand'),
      },
      { service: 'ec2', code: SPOT, demand: demand('vCPUs of spot', 'spot'), inUse: standardVcpus('spot') },
    ];
    const needed = wanted.filter(({ demand: { maximum = 0 } }) => maximum > 0);
    return await Promise.all(needed.map((quota) => compared(account, quota, signal)));
  } catch (error) {
    return [unread(wordsOf(error), undefined, 'quota: vCPUs')];
  }
}

async function compared(account: AwsAccount, quota: Quota, signal: AbortSignal): Promise<Finding> {
  const { service, code, demand } = quota;
  try {
    const [limit, used] = await Promise.all([limitOf(account, quota, signal), quota.inUse(account, signal)]);
    return compare(
      demand,
      { limit, used },
      (wanted) =>
        `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${wanted} --region ${account.region()}`,
    );
  } catch (error) {
    const fix = `console, Service Quotas, ${service}: ${code} must leave ${demand.maximum ?? demand.minimum}`;
    return unread(wordsOf(error), fix, `quota: ${demand.what}`);
  }
}

/** The account's own value; a quota that was never changed may have only the default. */
async function limitOf({ clients }: AwsAccount, { service, code }: Quota, signal: AbortSignal): Promise<number> {
  const place = { ServiceCode: service, QuotaCode: code };
  const options = { abortSignal: signal };
  try {
    const { Quota } = await clients.quotas.send(new GetServiceQuotaCommand(place), options);
    if (Quota?.Value !== undefined) return Quota.Value;
  } catch (error) {
    if ((error as Error).name !== 'NoSuchResourceException') throw error;
  }
  const { Quota } = await clients.quotas.send(new GetAWSDefaultServiceQuotaCommand(place), options);
  if (Quota?.Value === undefined) throw new Error(`Service Quotas gives no value for ${code}`);
  return Quota.Value;
}
