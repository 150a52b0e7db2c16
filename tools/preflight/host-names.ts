import { PLAYGROUND, USER_API } from '../../stacks/application';
import type { Settings } from '../../stacks/settings';

/** Names at which the services of a stack answer. */
export function hostNames({ playground }: Settings, domain: string): string[] {
  return [USER_API, ...(playground ? [PLAYGROUND] : [])].map((service) => `${service}.${domain}`);
}

/** Those of the names that a certificate does not stand for: `*.example.com` covers one label (RFC 9525, section 6.3). */
export function uncovered(names: readonly string[], covered: readonly string[]): string[] {
  const lower = covered.map((name) => name.toLowerCase());
  return names.filter((name) => !lower.includes(name) && !lower.includes(`*${name.slice(name.indexOf('.'))}`));
}
