import type { Construct } from 'constructs';
import type { AwsEnvironment } from '../foundation/environment';
import type { AwsEventStore } from '../event-store/elasticache';
import type { ResolvedSandboxFleetProps } from '../../sandbox-fleet/resolve';

/** What each part of one fleet is made from. */
export interface AwsFleet {
  /** The construct that holds the parts. */
  readonly scope: Construct;
  readonly id: string;
  /** `<application>-<environment>-<id>`. */
  readonly name: string;
  readonly platform: AwsEnvironment;
  readonly props: ResolvedSandboxFleetProps;
  readonly eventStore: AwsEventStore;
}
