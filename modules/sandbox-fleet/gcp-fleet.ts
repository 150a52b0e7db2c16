import type { GcpPart } from '../gcp/gcp-part';
import type { GcpEventStore } from '../event-store/gcp-memorystore';
import type { ResolvedSandboxFleetProps } from './resolve';

/** What each part of one fleet is made from. */
export interface GcpFleet extends GcpPart {
  readonly props: ResolvedSandboxFleetProps;
  readonly eventStore: GcpEventStore;
}
