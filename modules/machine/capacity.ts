import { InvalidPropError } from '../props/invalid-prop';
import { checkAtLeast, checkWhole } from '../props/checks';
import { isKnown } from '../props/known';

/**
 * Portable machine size: what a service asks for, not what one provider calls it.
 *
 * | size | vCPU | memory | AWS x64 / arm64 | GCP x64 / arm64 |
 * |---|---|---|---|---|
 * | small | 2 | 2 GiB | t3.small / t4g.small | e2-small / c4a-highcpu-2 (4 GiB) |
 * | medium | 2 | 8 GiB | m6i.large / m7g.large | e2-standard-2 / c4a-standard-2 |
 * | large | 4 | 16 GiB | m6i.xlarge / m7g.xlarge | e2-standard-4 / c4a-standard-4 |
 * | xlarge | 8 | 32 GiB | m6i.2xlarge / m7g.2xlarge | e2-standard-8 / c4a-standard-8 |
 *
 * Anything else is `aws.instanceType` or `gcp.machineType`.
 */
export type MachineSize = 'small' | 'medium' | 'large' | 'xlarge';

/** How many instances there are, how large they are and when their number changes. The two numbers of instances may be Terraform values. */
export interface Capacity {
  /** Instances that always run. Whole number, 1 to 1000. @default 2 - one may fail without an outage */
  readonly minInstances?: number;
  /** Upper bound of the scaling. Whole number, at least `minInstances`, at most 1000. @default three times `minInstances` */
  readonly maxInstances?: number;
  /** CPU use that the scaling holds, in percent, 10 to 90. @default 60 */
  readonly targetCpuPercent?: number;
  /** Size of each instance. @default 'small' */
  readonly machineSize?: MachineSize;
  /** Size of the boot disk in GiB, 10 to 2000 (10 is the size of GCP's Debian image). @default 10 */
  readonly diskGib?: number;
}

export type ResolvedCapacity = Required<Capacity>;

/** Instances that a group may have at most. */
export const MAXIMUM_INSTANCES = 1000;
const MACHINE_SIZES: readonly MachineSize[] = ['small', 'medium', 'large', 'xlarge'];

/** Capacity with its defaults. @throws InvalidPropError when a number is out of its range. */
export function resolveCapacity(capacity: Capacity = {}): ResolvedCapacity {
  const minInstances = capacity.minInstances ?? 2;
  if (isKnown(minInstances)) checkWhole('capacity.minInstances', minInstances, 1, MAXIMUM_INSTANCES);
  if (!isKnown(minInstances) && capacity.maxInstances === undefined) {
    throw new InvalidPropError(
      'capacity.maxInstances',
      undefined,
      'must be given where capacity.minInstances is a Terraform value',
    );
  }
  const maxInstances = capacity.maxInstances ?? Math.min(MAXIMUM_INSTANCES, minInstances * 3);
  if (isKnown(maxInstances)) checkWhole('capacity.maxInstances', maxInstances, 1, MAXIMUM_INSTANCES);
  checkAtLeast('capacity.maxInstances', maxInstances, 'capacity.minInstances', minInstances);
  const targetCpuPercent = capacity.targetCpuPercent ?? 60;
  checkWhole('capacity.targetCpuPercent', targetCpuPercent, 10, 90);
  const diskGib = capacity.diskGib ?? 10;
  checkWhole('capacity.diskGib', diskGib, 10, 2000);
  const machineSize = capacity.machineSize ?? 'small';
  checkMachineSize(machineSize);
  return { minInstances, maxInstances, targetCpuPercent, machineSize, diskGib };
}

/** Days after which an instance is replaced, 0 for never. @throws InvalidPropError when it is out of its range */
export function resolveAge(days = 30): number {
  if (isKnown(days)) checkWhole('maximumInstanceAgeDays', days, 0, 365);
  return days;
}

/** @throws InvalidPropError unless it is a portable size */
export function checkMachineSize(machineSize: MachineSize): void {
  if (!MACHINE_SIZES.includes(machineSize)) {
    throw new InvalidPropError('capacity.machineSize', machineSize, `must be one of ${MACHINE_SIZES.join(', ')}`);
  }
}
