import type { ComputeHealthCheck } from '@cdktf/provider-google/lib/compute-health-check';
import { ComputeRegionAutoscaler } from '@cdktf/provider-google/lib/compute-region-autoscaler';
import { ComputeRegionInstanceGroupManager } from '@cdktf/provider-google/lib/compute-region-instance-group-manager';
import { ComputeRegionInstanceTemplate } from '@cdktf/provider-google/lib/compute-region-instance-template';
import { Fn, type ITerraformDependable } from 'cdktf';
import { isKnown } from '../known';
import { physicalName } from '../physical-name';
import { gcpMachineOf } from './gcp-machine';
import type { GcpService } from './gcp-service';

/** Name of the port that the backend service sends requests to. */
export const SERVING_PORT_NAME = 'http';

/** Zones that Google chooses for a regional group that names none ("About regional MIGs"). */
const DEFAULT_ZONES = 3;
/** The provider appends up to 26 characters; a longer prefix gets fewer. */
const TEMPLATE_PREFIX_CHARACTERS = 36;
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
  const template = addTemplate(service, machine);
  const group = addGroup(service, template, machine);
  return { template, group, autoscaler: addAutoscaler(service, group) };
}

function addTemplate(
  { scope, platform, props, labels, id }: GcpService,
  { accountEmail, bootScript }: { readonly accountEmail: string; readonly bootScript: string },
): ComputeRegionInstanceTemplate {
  const { machineType, diskType, defaultImage } = gcpMachineOf(props);
  return new ComputeRegionInstanceTemplate(scope, 'instance-template', {
    namePrefix: `${physicalName([platform.application, platform.environment, id], TEMPLATE_PREFIX_CHARACTERS)}-`,
    region: platform.region,
    description: `Instances of ${id} (${platform.environment})`,
    instanceDescription: `${id} (${platform.environment})`,
    machineType,
    canIpForward: false,
    labels: { ...labels },
    disk: [
      {
        // A Terraform value may be null.
        sourceImage: props.baseImage === undefined ? defaultImage : imageOr(props.baseImage, defaultImage),
        boot: true,
        autoDelete: true,
        diskType,
        diskSizeGb: props.capacity.diskGib,
        labels: { ...platform.labels, ...labels },
        diskEncryptionKey: platform.keyId === undefined ? undefined : { kmsKeySelfLink: platform.keyId },
      },
    ],
    // No access config: no external address.
    networkInterface: [{ subnetwork: platform.network.subnetwork, stackType: 'IPV4_ONLY', nicType: 'GVNIC' }],
    // Scopes are the old way to limit an instance; its account's roles are the limit here.
    serviceAccount: { email: accountEmail, scopes: ['cloud-platform'] },
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
    metadata: {
      'startup-script': bootScript,
      'enable-oslogin': 'TRUE',
      'block-project-ssh-keys': 'TRUE',
      'serial-port-enable': 'FALSE',
      // The console is readable in Cloud Logging, should the host agent never start.
      'serial-port-logging-enable': 'TRUE',
    },
    lifecycle: { createBeforeDestroy: true },
  });
}

function imageOr(baseImage: string, defaultImage: string): string {
  return isKnown(baseImage) ? baseImage : Fn.coalesce([baseImage, defaultImage]);
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
