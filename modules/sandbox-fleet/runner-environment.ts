import { Op } from 'cdktf';
import { isKnown } from '../props/known';
import { RUNNER_ADMIN_PORT, type ResolvedSandboxFleetProps } from './resolve';

/** Seconds that a runner's claim holds unless it renews it: a job of a machine that died is taken up again so much later. */
const LEASE_SECONDS = 30;

/** What every runner is told, whichever the cloud: docs/settings.md, "Programs on machines". */
export function runnerEnvironment(
  id: string,
  { capacity, warmSandboxes, hotLanguages, drainSeconds }: ResolvedSandboxFleetProps,
): Readonly<Record<string, string>> {
  return {
    SANDPIPER_RUNTIME: 'runsc',
    SANDPIPER_SLOTS: String(capacity.slotsPerInstance),
    SANDPIPER_WARM: String(warmSandboxes),
    SANDPIPER_HOT_LANGUAGES: hotLanguages.join(','),
    SANDPIPER_LEASE_SECONDS: String(LEASE_SECONDS),
    SANDPIPER_DRAIN_SECONDS: String(drainSeconds),
    SANDPIPER_ADMIN_PORT: String(RUNNER_ADMIN_PORT),
    // Of the unit's StateDirectory.
    SANDPIPER_IMAGES: `/var/lib/${id}/images`,
  };
}

/** What every gateway is told of the fleet's size and law. */
export function lawEnvironment({ capacity, scaling }: ResolvedSandboxFleetProps): Readonly<Record<string, string>> {
  return {
    SANDPIPER_MEAN_JOB_MS: String(Math.round(scaling.meanJobSeconds * 1000)),
    SANDPIPER_UTILIZATION: String(scaling.utilizationPercent),
    SANDPIPER_CLEAR_SECONDS: String(scaling.clearSeconds),
    SANDPIPER_SLOTS: String(slotsAtMost(capacity)),
  };
}

/** A Terraform value times the slots is one again. */
function slotsAtMost({ maxInstances, slotsPerInstance }: ResolvedSandboxFleetProps['capacity']): string | number {
  return isKnown(maxInstances) ? maxInstances * slotsPerInstance : Op.mul(maxInstances, slotsPerInstance).toString();
}
