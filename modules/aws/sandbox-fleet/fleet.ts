import type { ResolvedSandboxFleetProps } from '../../sandbox-fleet/resolve';
import type { AwsEventStore } from '../event-store/elasticache';
import type { AwsPart } from '../foundation/part';

/** What each part of one fleet is made from. */
export interface AwsFleet extends AwsPart {
  readonly props: ResolvedSandboxFleetProps;
  readonly eventStore: AwsEventStore;
}
