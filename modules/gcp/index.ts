/** The platform on Google Cloud. Its bindings are loaded here and nowhere else. */
export { GcpPlatform } from './gcp-platform';
export type { ExistingGcpNetwork, GcpPlatformProps } from './gcp-platform-props';
