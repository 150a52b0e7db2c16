import {
  DescribeAddressesCommand,
  paginateDescribeInstances,
  paginateDescribeInternetGateways,
  paginateDescribeSecurityGroups,
  paginateDescribeVpcs,
  type Instance,
  type Tag,
} from '@aws-sdk/client-ec2';
import { DescribeTagsCommand, paginateDescribeLoadBalancers } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsAccount } from './account';
import { isStandard, vcpusOf } from './vcpus';

/** Load balancers of one question for tags (Elastic Load Balancing API reference, DescribeTags). */
const TAGS_PER_REQUEST = 20;

/** What is in use of a quota, but for what this stack made before: a deployment needs that once only. */
type InUse = (account: AwsAccount, signal: AbortSignal) => Promise<number>;

export const networks: InUse = ({ clients: { ec2 }, settings }, signal) =>
  count(paginateDescribeVpcs({ client: ec2 }, {}), ({ Vpcs = [] }) => Vpcs, settings, signal);

export const gateways: InUse = ({ clients: { ec2 }, settings }, signal) =>
  count(
    paginateDescribeInternetGateways({ client: ec2 }, {}),
    ({ InternetGateways = [] }) => InternetGateways,
    settings,
    signal,
  );

export const securityGroups: InUse = ({ clients: { ec2 }, settings }, signal) =>
  count(
    paginateDescribeSecurityGroups({ client: ec2 }, {}),
    ({ SecurityGroups = [] }) => SecurityGroups,
    settings,
    signal,
  );

export const addresses: InUse = async ({ clients, settings }, signal) => {
  const { Addresses = [] } = await clients.ec2.send(new DescribeAddressesCommand({}), { abortSignal: signal });
  return Addresses.filter(({ Tags }) => !isOwn(Tags, settings)).length;
};

export const loadBalancers: InUse = async ({ clients: { elb }, settings }, signal) => {
  const arns: string[] = [];
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client: elb }, {})) {
    arns.push(
      ...LoadBalancers.flatMap(({ Type, LoadBalancerArn }) => (Type === 'application' ? (LoadBalancerArn ?? []) : [])),
    );
    signal.throwIfAborted();
  }
  let others = arns.length;
  for (let from = 0; from < arns.length; from += TAGS_PER_REQUEST) {
    const { TagDescriptions = [] } = await elb.send(
      new DescribeTagsCommand({ ResourceArns: arns.slice(from, from + TAGS_PER_REQUEST) }),
      { abortSignal: signal },
    );
    others -= TagDescriptions.filter(({ Tags }) => isOwn(Tags, settings)).length;
  }
  return others;
};

/** vCPUs of instances that run, of the families that share a quota. */
export function standardVcpus(kind: 'on-demand' | 'spot'): InUse {
  return async (account, signal) => {
    const instances: Instance[] = [];
    const pages = paginateDescribeInstances(
      { client: account.clients.ec2 },
      { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] },
    );
    for await (const { Reservations = [] } of pages) {
      instances.push(...Reservations.flatMap((reservation) => reservation.Instances ?? []));
      signal.throwIfAborted();
    }
    const counted = instances.filter(
      ({ InstanceType = '', InstanceLifecycle, Tags }) =>
        isStandard(InstanceType) &&
        (InstanceLifecycle === 'spot') === (kind === 'spot') &&
        !isOwn(Tags, account.settings),
    );
    const vcpus = await vcpusOf(account, [...new Set(counted.map(({ InstanceType = '' }) => InstanceType))], signal);
    return counted.reduce((sum, { InstanceType = '' }) => sum + (vcpus.get(InstanceType) ?? 0), 0);
  };
}

async function count<Page>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly { readonly Tags?: Tag[] }[],
  settings: AwsAccount['settings'],
  signal: AbortSignal,
): Promise<number> {
  let others = 0;
  for await (const page of pages) {
    others += itemsOf(page).filter(({ Tags }) => !isOwn(Tags, settings)).length;
    signal.throwIfAborted();
  }
  return others;
}

/** Everything of a stack has these tags, by the provider's default. */
function isOwn(
  tags: readonly { readonly Key?: string; readonly Value?: string }[] | undefined,
  { application, environment }: AwsAccount['settings'],
): boolean {
  const has = (key: string, value: string): boolean =>
    (tags ?? []).some(({ Key, Value }) => Key === key && Value === value);
  return has('application', application) && has('environment', environment);
}
