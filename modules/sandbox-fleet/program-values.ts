import { Op, Token } from 'cdktf';
import type { gatewaySettings } from '../../contracts/gateway-settings';
import { deadlineSecondsOf } from '../../contracts/job-time';
import type { runnerSettings } from '../../contracts/runner-settings';
import type { GivenValues } from '../machine/program-environment';
import { isKnown } from '../props/known';
import { RUNNER_ADMIN_PORT, type ResolvedSandboxFleetProps } from './resolve';

/** Seconds that a runner's claim holds unless the runner renews it: then a job of a machine that died starts again. */
const LEASE_SECONDS = 30;

/** What every runner of a fleet is configured with, on every cloud. */
export function runnerValues(
  id: string,
  { capacity, warmSandboxes, hotLanguages, drainSeconds, maximumJobSeconds }: ResolvedSandboxFleetProps,
) {
  return {
    runtime: 'runsc',
    slots: capacity.slotsPerInstance,
    warm: warmSandboxes,
    hotLanguages,
    leaseSeconds: LEASE_SECONDS,
    drainSeconds,
    adminPort: RUNNER_ADMIN_PORT,
    // Of the unit's StateDirectory.
    imagesDirectory: `/var/lib/${id}/images`,
    maximumJobSeconds,
  } as const satisfies GivenValues<typeof runnerSettings>;
}

/** What every gateway is configured with of the fleet's size and scaling model, on every cloud. */
export function fleetValues({ capacity, scaling, maximumJobSeconds }: ResolvedSandboxFleetProps) {
  return {
    meanJobMs: Math.round(scaling.meanJobSeconds * 1000),
    utilizationPercent: scaling.utilizationPercent,
    clearSeconds: scaling.clearSeconds,
    slots: slotsOf(capacity.maxInstances, capacity),
    deadlineSeconds: deadlineSecondsOf(maximumJobSeconds),
  } satisfies GivenValues<typeof gatewaySettings>;
}

/** Slots of a number of machines. A Terraform value times the slots is one again. */
export function slotsOf(instances: number, { slotsPerInstance }: ResolvedSandboxFleetProps['capacity']): number {
  return isKnown(instances) ? instances * slotsPerInstance : Token.asNumber(Op.mul(instances, slotsPerInstance));
}
