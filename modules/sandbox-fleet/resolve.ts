import { InvalidPropError } from '../props/invalid-prop';
import { isKnown } from '../props/known';
import type { Cloud } from '../props/cloud';
import { checkMachineSize, MAXIMUM_INSTANCES, type MachineSize } from '../machine/capacity';
import { checkAtLeast, checkLogRetention, checkWhole } from '../props/checks';
import { checkPushed } from '../machine/artifact';
import type { FleetAlarms, FleetCapacity, SandboxFleetProps } from './sandbox-fleet';
import { resolveScaling, type ResolvedFleetScaling } from './scaling';

/** Every prop of a fleet with its default applied and every known value checked. What the implementations read. */
export interface ResolvedSandboxFleetProps extends Required<
  Omit<SandboxFleetProps, 'capacity' | 'scaling' | 'alarms' | 'baseImage'>
> {
  readonly baseImage?: string;
  readonly capacity: Required<FleetCapacity>;
  readonly scaling: ResolvedFleetScaling;
  readonly alarms: Required<FleetAlarms>;
}

const SLOTS: Readonly<Record<MachineSize, number>> = { small: 2, medium: 2, large: 4, xlarge: 8 };
const LANGUAGE = /^[a-z][a-z0-9+#-]*$/;

/** Port of the runner's own `/readyz` and `/metrics`, on the loopback address of its machine. */
export const RUNNER_ADMIN_PORT = 9464;

/** Seconds that a message stays hidden beyond the longest job. */
export const LEASE_MARGIN_SECONDS = 60;

/** Applies the defaults of a cloud. @throws InvalidPropError naming the prop, its value and the fix */
export function resolveSandboxFleetProps(cloud: Cloud, props: SandboxFleetProps): ResolvedSandboxFleetProps {
  checkPushed('runner', props.runner);
  const capacity = resolveFleetCapacity(props.capacity);
  const numbers = {
    maximumJobSeconds: props.maximumJobSeconds ?? 120,
    queueRetentionSeconds: props.queueRetentionSeconds ?? 3600,
    deadLetterRetentionDays: props.deadLetterRetentionDays ?? 7,
    maximumDeliveries: props.maximumDeliveries ?? 100,
    warmSandboxes: props.warmSandboxes ?? 2 * capacity.slotsPerInstance,
    drainSeconds: props.drainSeconds ?? 20,
  };
  checkWhole('maximumJobSeconds', numbers.maximumJobSeconds, 10, 3600);
  checkWhole('queueRetentionSeconds', numbers.queueRetentionSeconds, 600, 86_400);
  checkWhole('deadLetterRetentionDays', numbers.deadLetterRetentionDays, 1, 7);
  checkWhole('maximumDeliveries', numbers.maximumDeliveries, 5, 100);
  checkWhole('warmSandboxes', numbers.warmSandboxes, 0, 100);
  checkWhole('drainSeconds', numbers.drainSeconds, 0, 100);
  const hotLanguages = props.hotLanguages ?? ['python', 'javascript', 'bash'];
  hotLanguages.forEach((language, index) => {
    if (!LANGUAGE.test(language)) {
      throw new InvalidPropError(`hotLanguages[${index}]`, language, 'is no id of a language, such as "python"');
    }
  });
  const logRetentionDays = props.logRetentionDays ?? 90;
  checkLogRetention('logRetentionDays', logRetentionDays);
  const alarms = { emails: props.alarms?.emails ?? [], oldestWaitSeconds: props.alarms?.oldestWaitSeconds ?? 120 };
  checkWhole('alarms.oldestWaitSeconds', alarms.oldestWaitSeconds, 10, 3600);
  return {
    ...props,
    ...numbers,
    capacity,
    scaling: resolveScaling(cloud, props.scaling),
    imageKeys: props.imageKeys ?? [],
    hotLanguages,
    operatorAccess: props.operatorAccess ?? 'none',
    logRetentionDays,
    alarms,
    deletionProtection: props.deletionProtection ?? true,
    tags: props.tags ?? {},
  };
}

function resolveFleetCapacity(capacity: FleetCapacity = {}): Required<FleetCapacity> {
  const machineSize = capacity.machineSize ?? 'large';
  checkMachineSize(machineSize);
  const resolved: Required<FleetCapacity> = {
    minInstances: capacity.minInstances ?? 1,
    maxInstances: capacity.maxInstances ?? 10,
    onDemandInstances: capacity.onDemandInstances ?? 1,
    machineSize,
    slotsPerInstance: capacity.slotsPerInstance ?? SLOTS[machineSize],
    diskGib: capacity.diskGib ?? 30,
  };
  const { minInstances, maxInstances, onDemandInstances } = resolved;
  if (isKnown(minInstances)) checkWhole('capacity.minInstances', minInstances, 0, MAXIMUM_INSTANCES);
  if (isKnown(maxInstances)) checkWhole('capacity.maxInstances', maxInstances, 1, MAXIMUM_INSTANCES);
  if (isKnown(onDemandInstances)) checkWhole('capacity.onDemandInstances', onDemandInstances, 0, MAXIMUM_INSTANCES);
  checkAtLeast('capacity.maxInstances', maxInstances, 'capacity.minInstances', minInstances);
  checkAtLeast('capacity.maxInstances', maxInstances, 'capacity.onDemandInstances', onDemandInstances);
  checkWhole('capacity.slotsPerInstance', resolved.slotsPerInstance, 1, 64);
  checkWhole('capacity.diskGib', resolved.diskGib, 10, 2000);
  return resolved;
}
