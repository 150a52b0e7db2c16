import { SCALING_RANGES } from '../../contracts/scaling';
import { checkRange, checkWhole } from '../props/checks';

/**
 * The numbers of the scaling law. How many slots a fleet should have:
 *
 *     slots wanted = offered load / utilization + waiting x mean job time / time to clear the queue
 *
 * The offered load is what the jobs need that come now, jobs a second x mean job time: the gateway finds it from how the number of jobs
 * grows. It needs room above it, for what comes while more instances boot; the queue needs the slots that clear it in time. A gateway
 * publishes the number every ten seconds. The defaults are those that did best in the simulation (docs/scaling.md), which differ between
 * the clouds: Compute Engine's autoscaler holds the largest size of ten minutes, so there every slot too many costs more, and is room for
 * longer.
 */
export interface FleetScaling {
  /** How long a job takes, in seconds, 0.1 to 3600. @default 3 */
  readonly meanJobSeconds?: number;
  /** Share of the slots that should be busy, in percent, 10 to 100. @default 80 on AWS, 90 on GCP */
  readonly utilizationPercent?: number;
  /** How soon a queue should be gone, in seconds, 5 to 3600. @default 30 on AWS, 120 on GCP */
  readonly clearSeconds?: number;
  /** From an instance's launch to its first job, in seconds, 0 to 900: so long, a new one is no reason to take another away. @default 60 */
  readonly warmupSeconds?: number;
}

/** {@link FleetScaling} with defaults. */
export type ResolvedFleetScaling = Required<FleetScaling>;

/**
 * Applies the defaults of a cloud: they differ with how its autoscaler lets machines go.
 *
 * @throws InvalidPropError naming the prop, its value and the fix
 */
export function resolveScaling(defaults: ResolvedFleetScaling, scaling: FleetScaling = {}): ResolvedFleetScaling {
  const {
    meanJobSeconds = defaults.meanJobSeconds,
    utilizationPercent = defaults.utilizationPercent,
    clearSeconds = defaults.clearSeconds,
    warmupSeconds = defaults.warmupSeconds,
  } = scaling;
  const resolved = { meanJobSeconds, utilizationPercent, clearSeconds, warmupSeconds };
  for (const [name, { minimum, maximum }] of Object.entries(SCALING_RANGES)) {
    const check = name === 'meanJobSeconds' ? checkRange : checkWhole;
    check(`scaling.${name}`, resolved[name as keyof ResolvedFleetScaling], minimum, maximum);
  }
  return resolved;
}
