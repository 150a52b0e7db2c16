/** The platform on AWS. Its bindings are loaded here and nowhere else. */
export { AwsPlatform } from './aws-platform';
export type { AwsPlatformProps, ExistingNetwork } from './aws-platform-props';
