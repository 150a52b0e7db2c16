import type { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import { AutoscalingPolicy } from '@cdktf/provider-aws/lib/autoscaling-policy';
import type { Lb } from '@cdktf/provider-aws/lib/lb';
import type { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import type { AwsService } from './service';

/** Holds CPU use, and requests per instance where asked. The policy that wants more instances wins (target tracking's rule). */
export function addScaling(
  service: AwsService,
  options: {
    readonly group: AutoscalingGroup;
    readonly loadBalancer: Lb;
    readonly targetGroup: LbTargetGroup;
  },
): void {
  const { scope, props } = service;
  const name = service.name();
  const { group, loadBalancer, targetGroup } = options;
  const policy = { autoscalingGroupName: group.name, policyType: 'TargetTrackingScaling' };
  new AutoscalingPolicy(scope, 'scale-on-cpu', {
    ...policy,
    name: `${name}-cpu`,
    targetTrackingConfiguration: {
      targetValue: props.capacity.targetCpuPercent,
      predefinedMetricSpecification: { predefinedMetricType: 'ASGAverageCPUUtilization' },
    },
  });
  if (props.aws?.targetRequestsPerMinute === undefined) return;
  new AutoscalingPolicy(scope, 'scale-on-requests', {
    ...policy,
    name: `${name}-requests`,
    targetTrackingConfiguration: {
      targetValue: props.aws.targetRequestsPerMinute,
      predefinedMetricSpecification: {
        predefinedMetricType: 'ALBRequestCountPerTarget',
        resourceLabel: `${loadBalancer.arnSuffix}/${targetGroup.arnSuffix}`,
      },
    },
  });
}
