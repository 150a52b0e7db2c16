import { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import type { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import type { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { Token, type ITerraformDependable } from 'cdktf';
import { imageOf, mayRollBack } from '../machine/debian-image';
import { addLaunchTemplate, GROUP_METRICS, lifetimeSeconds } from '../machine/launch-template';
import type { InstanceIdentity } from '../machine/instance-role';
import type { InstancePlacement } from '../foundation/network';
import { instanceTypeOf } from './options';
import type { AwsService } from './service';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Seconds until a new instance's CPU counts for the scaling: booting is no load. */
const WARMUP_SECONDS = 60;

/** The instances: what each is made from, and the group that keeps their number. */
export interface Instances {
  readonly launchTemplate: LaunchTemplate;
  readonly group: AutoscalingGroup;
}

/** Template of an instance and the group of instances made from it. */
export function addInstances(
  service: AwsService,
  options: {
    readonly placement: InstancePlacement;
    readonly securityGroupId: string;
    readonly identity: InstanceIdentity;
    readonly targetGroup: LbTargetGroup;
    /** Boot script, before base64. */
    readonly userData: string;
    /** What an instance needs at its first boot. */
    readonly ready: ITerraformDependable[];
  },
): Instances {
  const { scope, platform, props } = service;
  const name = service.name();
  const { placement, targetGroup } = options;
  const launchTemplate = addLaunchTemplate(scope, {
    name,
    imageId: imageOf(props),
    instanceType: instanceTypeOf(props),
    keyName: props.operatorAccess === 'cloud-tunnel' ? props.aws?.operatorKeyPair : undefined,
    profileArn: options.identity.profile.arn,
    securityGroupId: options.securityGroupId,
    diskGib: props.capacity.diskGib,
    keyArn: platform.keyArn,
    tags: instanceTags(service),
    userData: options.userData,
  });
  const { minInstances, maxInstances } = props.capacity;
  const group = new AutoscalingGroup(scope, 'group', {
    name,
    minSize: minInstances,
    maxSize: maxInstances,
    vpcZoneIdentifier: placement.subnetIds,
    targetGroupArns: [targetGroup.arn],
    healthCheckType: 'ELB',
    healthCheckGracePeriod: props.healthCheck.gracePeriodSeconds,
    defaultInstanceWarmup: WARMUP_SECONDS,
    // A number: a group whose instances come from `$Latest` cannot be rolled back.
    launchTemplate: { id: launchTemplate.id, version: Token.asString(launchTemplate.latestVersion) },
    instanceRefresh: {
      strategy: 'Rolling',
      preferences: {
        autoRollback: mayRollBack(props.baseImage),
        minHealthyPercentage: 100,
        maxHealthyPercentage: 200,
        // A version that is healthy and answers with errors stops too.
        alarmSpecification: { alarms: [`${name}-errors`] },
      },
    },
    instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
    // The first apply fails when the instances never turn healthy. Later ones do not wait: `wait_for_elb_capacity` would,
    // for exactly this number, which a group that has scaled out never has; there the instance refresh rolls back instead.
    minElbCapacity: minInstances,
    waitForCapacityTimeout: '15m',
    maxInstanceLifetime: lifetimeSeconds(props.maximumInstanceAgeDays),
    enabledMetrics: GROUP_METRICS,
    metricsGranularity: '1Minute',
    tag: Object.entries(instanceTags(service)).map(([key, value]) => ({ key, value, propagateAtLaunch: false })),
    dependsOn: options.ready,
    lifecycle: { ignoreChanges: ['desired_capacity'] },
  });
  guardAgainstDeletion(group, props.deletionProtection);
  return { launchTemplate, group };
}

/** Tags of what Auto Scaling makes: no default tags of the provider reach it. */
function instanceTags({ platform, tags, name }: AwsService) {
  return { ...platform.tags, ...tags, Name: name() };
}
