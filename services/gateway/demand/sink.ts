import type { Demand } from './demand';
import type { JobFigures } from './job-figures';

/** Where the demand is published. Both calls reject when it was not taken; the next one carries on. */
export interface DemandSink {
  publishDemand(demand: Demand): Promise<void>;
  /** @param figures all since the gateway began; what was published of them is not counted twice */
  publishJobs(figures: JobFigures): Promise<void>;
  close(): void;
}
