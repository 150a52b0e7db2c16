/** The platform on AWS. Its bindings are loaded here and nowhere else. */
export { AwsPlatform } from './platform';
export type { AwsPlatformProps, ExistingNetwork } from './foundation/platform-props';
/** What the platform and its methods give: the resources are public, as escape hatches. */
export type { AwsEnvironment } from './foundation/environment';
export type { AwsAlbTlsService } from './tls-service/alb';
export type { AwsEventStore } from './event-store/elasticache';
export type { AwsSqsAsgFleet } from './sandbox-fleet/sqs-asg';
