import { paginateDescribeInstanceTypes, type _InstanceType } from '@aws-sdk/client-ec2';
import type { AwsAccount } from './account';

/** Families that count to "Standard (A, C, D, H, I, M, R, T, Z)" instances: one letter and the generation. */
const STANDARD = /^[acdhimrtz]\d/;

export const isStandard = (type: string): boolean => STANDARD.test(type);

/** vCPUs of each type, as quotas count them. */
export async function vcpusOf(
  { clients }: AwsAccount,
  types: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const vcpus = new Map<string, number>();
  if (types.length === 0) return vcpus;
  const pages = paginateDescribeInstanceTypes(
    { client: clients.ec2 },
    // A filter, for a type that a region does not know is then no error.
    { Filters: [{ Name: 'instance-type', Values: [...types] as _InstanceType[] }] },
  );
  for await (const { InstanceTypes = [] } of pages) {
    for (const { InstanceType = '', VCpuInfo } of InstanceTypes) vcpus.set(InstanceType, VCpuInfo?.DefaultVCpus ?? 0);
    signal.throwIfAborted();
  }
  return vcpus;
}
