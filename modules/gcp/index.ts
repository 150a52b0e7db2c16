/** The platform on Google Cloud. Its bindings are loaded here and nowhere else. */
export { GcpPlatform } from './platform';
export type { ExistingGcpNetwork, GcpPlatformProps } from './foundation/platform-props';
