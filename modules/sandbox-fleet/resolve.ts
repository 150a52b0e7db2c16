import { HOT_LANGUAGES, LANGUAGE_ID } from '../../contracts/language-id';
import { deadlineSecondsOf, MAXIMUM_JOB_SECONDS } from '../../contracts/job-time';
import { InvalidPropError } from '../props/invalid-prop';
import { isKnown } from '../props/known';
import { checkShape } from '../props/shape';
import { SANDBOX_FLEET_SHAPE } from './shape';
import { checkMachineSize, MAXIMUM_INSTANCES, resolveAge, type MachineSize } from '../machine/capacity';
import { checkAtLeast, checkLogRetention, checkWhole } from '../props/checks';
import { requirePushed, type Artifact, type PushedArtifact } from '../machine/artifact';
import type { FleetAlarms, FleetCapacity, SandboxFleetProps } from './sandbox-fleet';
import { resolveScaling, type ResolvedFleetScaling } from './scaling';

/** Every prop of a fleet with its default applied and every known value checked. What the implementations read. */
export interface ResolvedSandboxFleetProps<R extends Artifact = PushedArtifact> extends Required<
  Omit<SandboxFleetProps, 'runner' | 'capacity' | 'scaling' | 'alarms' | 'baseImage' | 'languages' | 'aws'>
> {
  readonly runner: R;
  readonly baseImage?: string;
  readonly aws?: SandboxFleetProps['aws'];
  readonly capacity: Required<FleetCapacity>;
  readonly scaling: ResolvedFleetScaling;
  readonly alarms: Required<FleetAlarms>;
}

const SLOTS: Readonly<Record<MachineSize, number>> = { small: 2, medium: 2, large: 4, xlarge: 8 };

/** Port of the runner's own `/readyz` and `/metrics`, on the loopback address of its machine. */
export const RUNNER_ADMIN_PORT = 9464;

/** Seconds that a message stays hidden beyond the longest job. */
export const LEASE_MARGIN_SECONDS = 60;

/**
 * Applies the defaults of a fleet on a cloud, whose runner lies in the bootstrap bucket; those of the scaling are the cloud's.
 *
 * @throws InvalidPropError naming the prop, its value and the fix
 */
export function resolveSandboxFleetProps(
  defaults: ResolvedFleetScaling,
  props: SandboxFleetProps,
): ResolvedSandboxFleetProps {
  // Before the runner is looked at: in plain JavaScript it may be missing.
  checkShape(props, SANDBOX_FLEET_SHAPE);
  return resolveFleetProps(defaults, { ...props, runner: requirePushed('runner', props.runner) });
}

/** Applies the defaults, wherever the fleet is. @throws InvalidPropError naming the prop, its value and the fix */
export function resolveFleetProps<R extends Artifact>(
  defaults: ResolvedFleetScaling,
  props: SandboxFleetProps & { readonly runner: R },
): ResolvedSandboxFleetProps<R> {
  checkShape<SandboxFleetProps>(props, SANDBOX_FLEET_SHAPE);
  const capacity = resolveFleetCapacity(props.capacity);
  const maximumJobSeconds = props.maximumJobSeconds ?? MAXIMUM_JOB_SECONDS.default;
  const deadlineSeconds = deadlineSecondsOf(maximumJobSeconds);
  const numbers = {
    maximumJobSeconds,
    queueRetentionSeconds: props.queueRetentionSeconds ?? Math.max(3600, deadlineSeconds),
    deadLetterRetentionDays: props.deadLetterRetentionDays ?? 7,
    maximumDeliveries: props.maximumDeliveries ?? 100,
    warmSandboxes: props.warmSandboxes ?? 2 * capacity.slotsPerInstance,
    drainSeconds: props.drainSeconds ?? 20,
  };
  checkWhole('maximumJobSeconds', maximumJobSeconds, MAXIMUM_JOB_SECONDS.minimum, MAXIMUM_JOB_SECONDS.maximum);
  checkWhole('queueRetentionSeconds', numbers.queueRetentionSeconds, 600, 86_400);
  if (numbers.queueRetentionSeconds < deadlineSeconds) {
    throw new InvalidPropError(
      'queueRetentionSeconds',
      numbers.queueRetentionSeconds,
      `must be at least ${deadlineSeconds}: a job of maximumJobSeconds (${maximumJobSeconds}) may be queued for so long`,
    );
  }
  checkWhole('deadLetterRetentionDays', numbers.deadLetterRetentionDays, 1, 7);
  checkWhole('maximumDeliveries', numbers.maximumDeliveries, 5, 100);
  checkWhole('warmSandboxes', numbers.warmSandboxes, 0, 100);
  checkWhole('drainSeconds', numbers.drainSeconds, 0, 100);
  const maximumInstanceAgeDays = resolveAge(props.maximumInstanceAgeDays);
  const hotLanguages = resolveHotLanguages(props);
  const logRetentionDays = props.logRetentionDays ?? 90;
  checkLogRetention('logRetentionDays', logRetentionDays);
  const alarms = {
    emails: props.alarms?.emails ?? [],
    oldestWaitSeconds: props.alarms?.oldestWaitSeconds ?? 120,
    startSeconds: props.alarms?.startSeconds ?? 10,
  };
  checkWhole('alarms.startSeconds', alarms.startSeconds, 1, 3600);
  checkWhole('alarms.oldestWaitSeconds', alarms.oldestWaitSeconds, 10, 3600);
  return {
    ...props,
    ...numbers,
    capacity,
    scaling: resolveScaling(defaults, props.scaling),
    imageKeys: props.imageKeys ?? [],
    hotLanguages,
    maximumInstanceAgeDays,
    operatorAccess: props.operatorAccess ?? 'none',
    logRetentionDays,
    alarms,
    deletionProtection: props.deletionProtection ?? true,
    tags: props.tags ?? {},
  };
}

/** What a fleet names must be among its languages; of the default ones, those that are. */
function resolveHotLanguages({ hotLanguages, languages }: SandboxFleetProps): readonly string[] {
  const isOffered = (language: string): boolean => languages === undefined || languages.includes(language);
  hotLanguages?.forEach((language, index) => {
    if (!LANGUAGE_ID.test(language)) {
      throw new InvalidPropError(`hotLanguages[${index}]`, language, 'is no id of a language, such as "python"');
    }
    if (!isOffered(language)) {
      throw new InvalidPropError(
        `hotLanguages[${index}]`,
        language,
        `is none of the fleet's languages: name some of ${languages?.join(', ')}, or build its image and push it`,
      );
    }
  });
  return hotLanguages ?? HOT_LANGUAGES.filter(isOffered);
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
