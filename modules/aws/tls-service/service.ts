import type { ResolvedTlsServiceProps } from '../../tls-service/resolve';
import type { AwsPart } from '../foundation/part';

/** What each part of one service is made from. */
export interface AwsService extends AwsPart {
  readonly props: ResolvedTlsServiceProps;
  /** Whether the load balancer has IPv6 too. */
  readonly isDualStack: boolean;
}
