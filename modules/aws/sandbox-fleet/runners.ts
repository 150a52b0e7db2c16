import { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import { AutoscalingLifecycleHook } from '@cdktf/provider-aws/lib/autoscaling-lifecycle-hook';
import type { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { Token, type ITerraformDependable } from 'cdktf';
import { imageOf, mayRollBack } from '../machine/debian-image';
import type { InstanceIdentity } from '../machine/instance-role';
import { addLaunchTemplate, GROUP_METRICS, lifetimeSeconds } from '../machine/launch-template';
import type { InstancePlacement } from '../foundation/network';
import type { AwsFleet } from './fleet';
import { INSTANCE_TYPES } from './options';

/** Seconds that the hook holds a machine without a word from it: the runner repeats itself far more often. */
const HEARTBEAT_SECONDS = 120;
/** Seconds a new machine is left alone by the group's health check. */
const GRACE_SECONDS = 120;

/** The machines of a fleet. */
export interface AwsRunners {
  readonly launchTemplate: LaunchTemplate;
  readonly group: AutoscalingGroup;
}

/** Name of the hook that lets a machine drain before it ends. */
export function hookName({ name }: Pick<AwsFleet, 'name'>): string {
  return name('drain');
}

/**
 * The group: a base of on-demand machines, spot machines above it, replaced ahead where EC2 says that one is at risk. A busy runner
 * protects its machine from scale-in, and each machine that is to go drains first (termination hook).
 */
export function addRunners(
  fleet: AwsFleet,
  options: {
    readonly placement: InstancePlacement;
    readonly securityGroupId: string;
    readonly identity: InstanceIdentity;
    /** Boot script, before base64. */
    readonly userData: string;
    /** What a machine needs at its first boot. */
    readonly ready: ITerraformDependable[];
  },
): AwsRunners {
  const { scope, platform, props } = fleet;
  const name = fleet.name();
  const { capacity } = props;
  const [instanceType, ...otherTypes] = INSTANCE_TYPES[capacity.machineSize];
  const tags = { ...platform.tags, ...fleet.tags, Name: name };
  const launchTemplate = addLaunchTemplate(scope, {
    name,
    imageId: imageOf({ baseImage: props.baseImage, architecture: 'x64' }),
    instanceType,
    keyName: props.operatorAccess === 'cloud-tunnel' ? props.aws?.operatorKeyPair : undefined,
    profileArn: options.identity.profile.arn,
    securityGroupId: options.securityGroupId,
    diskGib: capacity.diskGib,
    keyArn: platform.keyArn,
    tags,
    userData: options.userData,
  });
  const group = new AutoscalingGroup(scope, 'group', {
    name,
    minSize: capacity.minInstances,
    maxSize: capacity.maxInstances,
    vpcZoneIdentifier: options.placement.subnetIds,
    healthCheckType: 'EC2',
    healthCheckGracePeriod: GRACE_SECONDS,
    defaultInstanceWarmup: props.scaling.warmupSeconds,
    capacityRebalance: true,
    mixedInstancesPolicy: {
      instancesDistribution: {
        onDemandBaseCapacity: capacity.onDemandInstances,
        onDemandPercentageAboveBaseCapacity: 0,
        onDemandAllocationStrategy: 'prioritized',
        spotAllocationStrategy: 'price-capacity-optimized',
      },
      launchTemplate: {
        launchTemplateSpecification: {
          launchTemplateId: launchTemplate.id,
          // A number: a group whose machines come from `$Latest` cannot be rolled back.
          version: Token.asString(launchTemplate.latestVersion),
        },
        override: [instanceType, ...otherTypes].map((type) => ({ instanceType: type })),
      },
    },
    // Busy machines are replaced too: the hook lets each drain, and what it cannot finish goes on elsewhere. Under a steady load they are
    // never idle, and a refresh that waits for them fails after an hour (API reference, RefreshPreferences).
    instanceRefresh: {
      strategy: 'Rolling',
      preferences: {
        autoRollback: mayRollBack(props.baseImage),
        // A version that takes no jobs stops. Dead letters are no sign: they stay until somebody looks at them.
        alarmSpecification: { alarms: [`${name}-oldest-wait`] },
        minHealthyPercentage: 90,
        maxHealthyPercentage: 110,
        scaleInProtectedInstances: 'Refresh',
      },
    },
    waitForCapacityTimeout: '0',
    maxInstanceLifetime: lifetimeSeconds(props.maximumInstanceAgeDays),
    enabledMetrics: GROUP_METRICS,
    metricsGranularity: '1Minute',
    tag: Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: false })),
    dependsOn: options.ready,
    lifecycle: { ignoreChanges: ['desired_capacity'] },
  });
  new AutoscalingLifecycleHook(scope, 'drain-hook', {
    name: hookName(fleet),
    autoscalingGroupName: group.name,
    lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    heartbeatTimeout: HEARTBEAT_SECONDS,
    defaultResult: 'CONTINUE',
  });
  return { launchTemplate, group };
}
