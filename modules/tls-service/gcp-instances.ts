import type { ComputeHealthCheck } from '@cdktf/provider-google/lib/compute-health-check';
import { ComputeRegionAutoscaler } from '@cdktf/provider-google/lib/compute-region-autoscaler';
import { ComputeRegionInstanceGroupManager } from '@cdktf/provider-google/lib/compute-region-instance-group-manager';
import type { ComputeRegionInstanceTemplate } from '@cdktf/provider-google/lib/compute-region-instance-template';
import type { ITerraformDependable } from 'cdktf';
import { addInstanceTemplate } from '../gcp/instance-template';
import { gcpMachine } from '../gcp/machine';
import { isKnown } from '../known';
import { physicalName } from '../physical-name';
import type { GcpService } from './gcp-service';

/** Name of the port that the backend service sends requests to. */
export const SERVING_PORT_NAME = 'http';

/** Zones that Google chooses for a regional group that names none ("About regional MIGs"). */
const DEFAULT_ZONES = 3;
/** Google appends a hyphen and four characters. */
const BASE_INSTANCE_NAME_CHARACTERS = 58;
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
  const group = addGroup(service, template, machine);
  return { template, group, autoscaler: addAutoscaler(service, group) };
}

function addGroup(
  service: GcpService,
  template: ComputeRegionInstanceTemplate,
  {
    healthCheck,
    grants,
  }: { readonly healthCheck: ComputeHealthCheck; readonly grants: readonly ITerraformDependable[] },
): ComputeRegionInstanceGroupManager {
  const { scope, platform, props, id } = service;
  const zones = props.gcp?.zones;
  return new ComputeRegionInstanceGroupManager(scope, 'instance-group', {
    name: service.name(),
    region: platform.region,
    description: `Instances of ${id} (${platform.environment})`,
    baseInstanceName: physicalName([platform.application, platform.environment, id], BASE_INSTANCE_NAME_CHARACTERS),
    distributionPolicyZones: zones && [...zones],
    version: [{ instanceTemplate: template.selfLink }],
    namedPort: [{ name: SERVING_PORT_NAME, port: props.port }],
    autoHealingPolicies: {
      healthCheck: healthCheck.id,
      initialDelaySec: props.healthCheck.gracePeriodSeconds,
    },
    // An instance that is healed during a rollout comes back as the new version, whose program and secrets are there.
    instanceLifecyclePolicy: { forceUpdateOnRepair: 'YES' },
    updatePolicy: {
      type: 'PROACTIVE',
      minimalAction: 'REPLACE',
      mostDisruptiveAllowedAction: 'REPLACE',
      replacementMethod: 'SUBSTITUTE',
      instanceRedistributionType: 'PROACTIVE',
      // A regional group takes 0 or at least its number of zones.
      maxSurgeFixed: zones?.length ?? DEFAULT_ZONES,
      maxUnavailableFixed: 0,
    },
    // The autoscaler decides on the size.
    lifecycle: { ignoreChanges: ['target_size'] },
    dependsOn: [...grants],
  });
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
