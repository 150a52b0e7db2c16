import { demandOf, type Demand, type ScalingModel } from '../../services/gateway/demand/demand';
import { OfferedLoad } from '../../services/gateway/demand/offered-load';
import type { Observation } from './policy';

/** One moment's demand, by the gateway's own code: what a policy's metrics are read from. */
export type ReadDemand = (seen: Observation) => Demand;

/**
 * A gateway that looks at a fleet each time it is asked, once a moment. It has a memory: one for each run.
 *
 * @param takes the load that it takes for what comes: what it finds, or what runs, as it did once
 */
export function simulatedGateway(
  model: ScalingModel,
  slots: number,
  takes: 'offered' | 'running' = 'offered',
): ReadDemand {
  const coming = new OfferedLoad();
  let latest: { readonly at: number; readonly demand: Demand } | undefined;
  return (seen) => {
    if (latest?.at === seen.at) return latest.demand;
    const { waiting, inFlight: running, inService } = seen;
    // How long the oldest job has waited is nothing that a fleet is scaled on.
    const load = { waiting, running, oldestWaitMs: NaN, runners: inService, slots: inService * slots };
    const offered = coming.observe(seen.at, load, model.meanJobMs / 1000);
    latest = { at: seen.at, demand: demandOf(load, model, takes === 'offered' ? offered : running) };
    return latest.demand;
  };
}
