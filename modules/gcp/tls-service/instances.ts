import type { ComputeHealthCheck } from '@cdktf/provider-google/lib/compute-health-check';
import { ComputeRegionAutoscaler } from '@cdktf/provider-google/lib/compute-region-autoscaler';
import type { ComputeRegionInstanceGroupManager } from '@cdktf/provider-google/lib/compute-region-instance-group-manager';
import type { ComputeRegionInstanceTemplate } from '@cdktf/provider-google/lib/compute-region-instance-template';
import type { ITerraformDependable } from 'cdktf';
import { addInstanceGroup } from '../machine/instance-group';
import { addInstanceTemplate } from '../machine/instance-template';
import { gcpMachine } from '../machine/machine';
import { isKnown } from '../../props/known';
import type { GcpService } from './service';

/** Name of the port that the backend service sends requests to. */
export const SERVING_PORT_NAME = 'http';

/** The autoscaler ignores an instance this long: no machine boots faster, and no group should be blind for longer. */
const INITIALIZATION_SECONDS = { minimum: 60, maximum: 1800 } as const;
const SCALE_IN_WINDOW_SECONDS = 600;
/** Groups up to this size lose one instance per window, larger ones a tenth. */
const SMALL_GROUP = 10;

/** The machines of a service. */
export interface GcpInstances {
  readonly template: ComputeRegionInstanceTemplate;
  readonly group: ComputeRegionInstanceGroupManager;
  readonly autoscaler: ComputeRegionAutoscaler;
}

/** Instance template, regional managed instance group and its autoscaler. */
export function addInstances(
  service: GcpService,
  machine: {
    readonly accountEmail: string;
    readonly bootScript: string;
    readonly healthCheck: ComputeHealthCheck;
    /** Rights that an instance needs before it boots. */
    readonly grants: readonly ITerraformDependable[];
  },
): GcpInstances {
  const { props, platform } = service;
  const template = addInstanceTemplate(service, 'instance-template', {
    machine: gcpMachine({ ...props, ...props.gcp, machineSize: props.capacity.machineSize }),
    diskGib: props.capacity.diskGib,
    subnetwork: platform.network.subnetwork,
    accountEmail: machine.accountEmail,
    bootScript: machine.bootScript,
  });
  const group = addInstanceGroup(service, 'instance-group', {
    template,
    shape: 'EVEN',
    zones: props.gcp?.zones,
    isScaled: true,
    namedPort: [{ name: SERVING_PORT_NAME, port: props.port }],
    autoHealingPolicies: {
      healthCheck: machine.healthCheck.id,
      initialDelaySec: props.healthCheck.gracePeriodSeconds,
    },
    waits: true,
    ready: machine.grants,
  });
  return { template, group, autoscaler: addAutoscaler(service, group) };
}

function addAutoscaler(service: GcpService, group: ComputeRegionInstanceGroupManager): ComputeRegionAutoscaler {
  const { scope, platform, props } = service;
  const { minInstances, maxInstances, targetCpuPercent } = props.capacity;
  const isSmall = !isKnown(maxInstances) || maxInstances <= SMALL_GROUP;
  return new ComputeRegionAutoscaler(scope, 'autoscaler', {
    name: service.name(),
    region: platform.region,
    description: `Holds the CPU use of ${service.id} at ${targetCpuPercent} %`,
    target: group.id,
    autoscalingPolicy: {
      minReplicas: minInstances,
      maxReplicas: maxInstances,
      cooldownPeriod: Math.min(
        Math.max(props.healthCheck.gracePeriodSeconds, INITIALIZATION_SECONDS.minimum),
        INITIALIZATION_SECONDS.maximum,
      ),
      cpuUtilization: { target: targetCpuPercent / 100 },
      scaleInControl: {
        maxScaledInReplicas: isSmall ? { fixed: 1 } : { percent: 10 },
        timeWindowSec: SCALE_IN_WINDOW_SECONDS,
      },
    },
  });
}
