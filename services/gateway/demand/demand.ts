import type { Load } from '../../engines/event-store/fleet-presence';

/** The numbers of the scaling model: modules/sandbox-fleet/scaling.ts says what each is for. */
export interface ScalingModel {
  /** Share of the slots that should be busy, in percent. */
  readonly utilizationPercent: number;
  readonly meanJobMs: number;
  /** How soon a queue should be gone. */
  readonly clearSeconds: number;
  /** Slots of machines whose number is fixed. @default - no machine's is: the whole fleet is scaled as one */
  readonly baseSlots?: number;
}

/** What a fleet should have and what it has, by the names of the published metrics (contracts/metrics.ts). */
export interface Demand {
  readonly SlotsWanted: number;
  readonly SlotsInService: number;
  readonly InstancesInService: number;
  readonly JobsRunning: number;
  readonly JobsWaiting: number;
  readonly OldestWaitSeconds: number;
  /** Of the slots wanted, those that are not of machines whose number is fixed; absent where there are none such. */
  readonly SpotSlotsWanted?: number;
}

/**
 * `slots wanted = offered load / utilization + waiting x mean job time / time to clear the queue`.
 *
 * @param offeredSlots slots that the jobs fill that come now. @default what runs
 */
export function demandOf(
  load: Load,
  { utilizationPercent, meanJobMs, clearSeconds, baseSlots }: ScalingModel,
  offeredSlots: number = load.running,
): Demand {
  const { waiting, running } = load;
  const wanted = offeredSlots / (utilizationPercent / 100) + (waiting * (meanJobMs / 1000)) / clearSeconds;
  return {
    SlotsWanted: wanted,
    SlotsInService: load.slots,
    InstancesInService: load.runners,
    JobsRunning: running,
    JobsWaiting: waiting,
    OldestWaitSeconds: load.oldestWaitMs / 1000,
    ...(baseSlots === undefined ? {} : { SpotSlotsWanted: Math.max(0, wanted - baseSlots) }),
  };
}
