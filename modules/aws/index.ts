/** The platform on AWS. Its bindings are loaded here and nowhere else. */
export { AwsPlatform } from './platform';
export type { AwsPlatformProps, ExistingNetwork } from './foundation/platform-props';
