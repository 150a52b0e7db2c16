import type { GcpPart } from '../foundation/part';
import type { GcpEventStore } from '../event-store/memorystore';
import type { ResolvedSandboxFleetProps } from '../../sandbox-fleet/resolve';

/** What each part of one fleet is made from. */
export interface GcpFleet extends GcpPart {
  readonly props: ResolvedSandboxFleetProps;
  readonly eventStore: GcpEventStore;
}
