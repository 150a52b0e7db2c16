import {
  ComputeRegionInstanceGroupManager,
  type ComputeRegionInstanceGroupManagerConfig,
} from '@cdktf/provider-google/lib/compute-region-instance-group-manager';
import type { ComputeRegionInstanceTemplate } from '@cdktf/provider-google/lib/compute-region-instance-template';
import type { ITerraformDependable } from 'cdktf';
import { physicalName } from '../../props/physical-name';
import type { GcpPart } from '../foundation/part';

/** Zones that Google chooses for a regional group that names none ("About regional MIGs"). */
const DEFAULT_ZONES = 3;
/** Longest that an apply waits for a rollout. */
const ROLLOUT = { create: '20m', update: '45m' };
/** Google appends a hyphen and four characters. */
const BASE_INSTANCE_NAME_CHARACTERS = 58;

/**
 * How machines lie in the zones. `EVEN`: as many in each, moved when they are not. `BALANCED`: where there is capacity, as evenly as
 * that allows; none is ever moved, as Google demands for it ("Set a target distribution shape"). An autoscaler takes both.
 */
export type GroupShape = 'EVEN' | 'BALANCED';

/** A regional group whose machines are replaced one after the other when the template changes, each by one that is there before it goes. */
export function addInstanceGroup(
  part: GcpPart,
  id: string,
  options: Pick<ComputeRegionInstanceGroupManagerConfig, 'namedPort' | 'autoHealingPolicies' | 'targetSize'> & {
    readonly template: ComputeRegionInstanceTemplate;
    readonly shape: GroupShape;
    /** @default - Google chooses */
    readonly zones?: readonly string[];
    /** Last part of the names. @default none */
    readonly suffix?: string;
    /** Whether an autoscaler decides on the size. */
    readonly isScaled: boolean;
    /** Whether an apply waits until every machine has the template's version, and fails when they do not get there. @default false */
    readonly waits?: boolean;
    /** What a machine needs before it boots. */
    readonly ready: readonly ITerraformDependable[];
  },
): ComputeRegionInstanceGroupManager {
  const { scope, platform, id: partId } = part;
  const { template, shape, zones, isScaled, waits = false, ready, suffix, ...rest } = options;
  const last = suffix === undefined ? [] : [suffix];
  return new ComputeRegionInstanceGroupManager(scope, id, {
    ...rest,
    name: part.name(...last),
    region: platform.region,
    description: `Instances of ${partId} (${platform.environment})`,
    baseInstanceName: physicalName(
      [platform.application, platform.environment, partId, ...last],
      BASE_INSTANCE_NAME_CHARACTERS,
    ),
    distributionPolicyZones: zones && [...zones],
    distributionPolicyTargetShape: shape === 'EVEN' ? undefined : shape,
    version: [{ instanceTemplate: template.selfLink }],
    // An instance that is healed during a rollout comes back as the new version, whose program and secrets are there.
    instanceLifecyclePolicy: { forceUpdateOnRepair: 'YES' },
    updatePolicy: {
      type: 'PROACTIVE',
      minimalAction: 'REPLACE',
      mostDisruptiveAllowedAction: 'REPLACE',
      replacementMethod: 'SUBSTITUTE',
      instanceRedistributionType: shape === 'EVEN' ? 'PROACTIVE' : 'NONE',
      // A regional group takes 0 or at least its number of zones.
      maxSurgeFixed: zones?.length ?? DEFAULT_ZONES,
      maxUnavailableFixed: 0,
    },
    // A version that never gets healthy replaces no machine of before: the apply ends with an error, and those go on.
    ...(waits ? { waitForInstances: true, waitForInstancesStatus: 'UPDATED', timeouts: ROLLOUT } : {}),
    lifecycle: isScaled ? { ignoreChanges: ['target_size'] } : undefined,
    dependsOn: [...ready],
  });
}
