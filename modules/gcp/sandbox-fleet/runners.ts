import { ComputeRegionAutoscaler } from '@cdktf/provider-google/lib/compute-region-autoscaler';
import type { ComputeRegionInstanceGroupManager } from '@cdktf/provider-google/lib/compute-region-instance-group-manager';
import type { ComputeRegionInstanceTemplate } from '@cdktf/provider-google/lib/compute-region-instance-template';
import { Fn, Op, type ITerraformDependable } from 'cdktf';
import { addInstanceGroup } from '../machine/instance-group';
import { addInstanceTemplate } from '../machine/instance-template';
import { gcpMachine } from '../machine/machine';
import { isKnown } from '../../props/known';
import { SPOT_SLOTS_WANTED } from '../../../contracts/metrics';
import { metricType, resourceFilter } from './demand';
import type { GcpFleet } from './fleet';
import type { ResolvedSandboxFleetProps } from '../../sandbox-fleet/resolve';
import { GCP_SCALE_IN } from '../../../contracts/scaling';

/** Least initialization period that an autoscaler takes ("Autoscaler": cooldownPeriodSec). */
const LEAST_WARMUP_SECONDS = 15;
/** Seconds that Google gives a preempted machine between its notice and its end ("Spot VMs"), and what of that a shutdown script may take. */
const PREEMPTION_SECONDS = { notice: 30, script: 25 } as const;
/** What a runner may take of it to drain. */
export const MAXIMUM_DRAIN_SECONDS = 20;

/** The machines of a fleet. */
export interface GcpRunners {
  readonly groups: Readonly<Record<RunnerGroup, ComputeRegionInstanceGroupManager>>;
  readonly templates: Readonly<Record<RunnerGroup, ComputeRegionInstanceTemplate>>;
  readonly autoscaler: ComputeRegionAutoscaler;
}

/** `base`: standard machines, as many as are asked for. `spot`: as many as the demand wants besides. */
export type RunnerGroup = 'base' | 'spot';

/**
 * Two groups, for a template has one provisioning model: standard machines of a fixed number, and spot machines that follow the demand
 * above what those can take.
 */
export function addRunners(
  fleet: GcpFleet,
  options: {
    readonly accountEmail: string;
    readonly bootScript: string;
    /** What a machine needs at its first boot. */
    readonly ready: readonly ITerraformDependable[];
  },
): GcpRunners {
  const { id, platform, props } = fleet;
  const template = (group: RunnerGroup): ComputeRegionInstanceTemplate =>
    addInstanceTemplate(fleet, `${group}-template`, {
      machine: gcpMachine({ architecture: 'x64', machineSize: props.capacity.machineSize, baseImage: props.baseImage }),
      diskGib: props.capacity.diskGib,
      subnetwork: platform.network.isolatedSubnetwork(),
      accountEmail: options.accountEmail,
      bootScript: options.bootScript,
      shutdownScript: shutdownScript(id),
      suffix: group,
      scheduling: group === 'spot' ? SPOT : undefined,
    });
  const templates = { base: template('base'), spot: template('spot') };
  const group = (kind: RunnerGroup): ComputeRegionInstanceGroupManager =>
    addInstanceGroup(fleet, `${kind}-group`, {
      template: templates[kind],
      // Spot machines are had where there are some, and no busy machine is ended to even out the zones.
      shape: 'BALANCED',
      suffix: kind,
      isScaled: kind === 'spot',
      targetSize: kind === 'base' ? props.capacity.onDemandInstances : undefined,
      ready: options.ready,
    });
  const groups = { base: group('base'), spot: group('spot') };
  return { templates, groups, autoscaler: addAutoscaler(fleet, groups.spot) };
}

const SPOT = {
  provisioningModel: 'SPOT',
  preemptible: true,
  automaticRestart: false,
  onHostMaintenance: 'TERMINATE',
  instanceTerminationAction: 'STOP',
};

/** Google runs it before systemd ends the machine, while network and disk are all there: the runner gives back what it cannot finish. */
function shutdownScript(service: string): string {
  return `#!/bin/sh
# Sandpiper: ends the runner within the ${PREEMPTION_SECONDS.notice} s that a preempted machine has.
exec timeout ${PREEMPTION_SECONDS.script} systemctl stop ${service}.service
`;
}

/** Follows the published number: each machine takes so many of the slots wanted. A metric of the whole group also works on none. */
function addAutoscaler(fleet: GcpFleet, group: ComputeRegionInstanceGroupManager): ComputeRegionAutoscaler {
  const { scope, platform, props } = fleet;
  const { minInstances, onDemandInstances, slotsPerInstance } = props.capacity;
  const most = spotAtMost(props.capacity);
  return new ComputeRegionAutoscaler(scope, 'autoscaler', {
    name: fleet.name('spot'),
    region: platform.region,
    description: `Slots that are wanted of ${fleet.id} above its standard machines`,
    target: group.id,
    autoscalingPolicy: {
      mode: whenAny(most),
      minReplicas: atLeast(0, minus(minInstances, onDemandInstances)),
      // The least that an autoscaler takes; one whose fleet may have no spot machine is off.
      maxReplicas: atLeast(1, most),
      cooldownPeriod: Math.max(LEAST_WARMUP_SECONDS, props.scaling.warmupSeconds),
      metric: [
        {
          name: metricType(SPOT_SLOTS_WANTED),
          type: 'GAUGE',
          filter: resourceFilter(fleet, SPOT_SLOTS_WANTED),
          singleInstanceAssignment: slotsPerInstance,
        },
      ],
      scaleInControl: {
        maxScaledInReplicas: { percent: GCP_SCALE_IN.percent },
        timeWindowSec: GCP_SCALE_IN.windowSeconds,
      },
    },
  });
}

/** Spot machines at most. */
export function spotAtMost({ maxInstances, onDemandInstances }: ResolvedSandboxFleetProps['capacity']): number {
  return minus(maxInstances, onDemandInstances);
}

/** The larger of two numbers, of which the second may be a Terraform value. */
export function atLeast(least: number, value: number): number {
  return isKnown(value) ? Math.max(least, value) : (Fn.max([least, value]) as number);
}

/** A difference; either may be a Terraform value. */
export function minus(value: number, less: number): number {
  return isKnown(value) && isKnown(less) ? value - less : (Op.sub(value, less) as unknown as number);
}

function whenAny(value: number): string {
  return isKnown(value) ? (value > 0 ? 'ON' : 'OFF') : (Fn.conditional(Op.gte(value, 1), 'ON', 'OFF') as string);
}
