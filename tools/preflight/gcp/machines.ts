import type { Block, Stack } from '../../plan/synthesized';
import type { Values } from '../values';
import { wholeNumber } from '../../plan/evaluate-number';

/** A managed instance group of the stack: what it starts with, and what it may grow to. */
export interface MachineGroup {
  readonly name: string;
  readonly machineType: string;
  readonly isSpot: boolean;
  readonly minimum: number;
  readonly maximum: number;
  /** Of each machine, in GB, on SSDs (`pd-balanced` counts as one). */
  readonly ssdGb: number;
  /** Zones it is bound to. @default those of the region */
  readonly zones?: readonly string[];
}

/** The groups of a stack. @throws CheckSkipped where a number is not known before the plan */
export function machineGroups(stack: Stack, values: Values): MachineGroup[] {
  const ofType = (type: string): Block[] => stack.resources.filter((each) => each.type === type);
  const number = (attribute: unknown): number => wholeNumber(attribute, stack, values);
  return ofType('google_compute_region_instance_group_manager').map(({ name, body }) => {
    const template = ofType('google_compute_region_instance_template').find((each) =>
      String(body.version[0].instance_template).includes(`.${each.name}.`),
    )!.body;
    const policy = ofType('google_compute_region_autoscaler').find((each) =>
      String(each.body.target).includes(`.${name}.`),
    )?.body.autoscaling_policy as { min_replicas: unknown; max_replicas: unknown } | undefined;
    const disks = template.disk as { disk_type?: string; disk_size_gb?: number }[];
    return {
      name: String(body.name),
      machineType: String(template.machine_type),
      isSpot: template.scheduling?.provisioning_model === 'SPOT',
      minimum: number(policy?.min_replicas ?? body.target_size),
      maximum: number(policy?.max_replicas ?? body.target_size),
      ssdGb: disks
        .filter(({ disk_type: type }) => type === 'pd-balanced' || type === 'pd-ssd')
        .reduce((sum, { disk_size_gb: size = 0 }) => sum + size, 0),
      zones: body.distribution_policy_zones as string[] | undefined,
    };
  });
}
