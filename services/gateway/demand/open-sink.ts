import type { DemandDestination } from '../../../contracts/demand-destination';
import type { DemandSink } from './sink';

/** Opens a sink with the identity of the environment or the machine. */
export function openDemandSink(destination: DemandDestination): DemandSink {
  // Each loaded only where it is used.
  if (destination.service === 'cloudwatch') {
    return (require('./cloudwatch-sink') as typeof import('./cloudwatch-sink')).cloudwatchSink(destination);
  }
  return (require('./monitoring-sink') as typeof import('./monitoring-sink')).monitoringSink(destination);
}
