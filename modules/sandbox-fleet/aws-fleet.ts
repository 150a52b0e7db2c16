import type { Construct } from 'constructs';
import type { AwsEnvironment } from '../aws/aws-environment';
import type { AwsEventStore } from '../event-store/aws-elasticache';
import type { ResolvedSandboxFleetProps } from './resolve';

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
