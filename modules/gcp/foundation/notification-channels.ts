import { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel';
import { TerraformIterator, Token } from 'cdktf';
import type { GcpPart } from './part';

/** Ids of a channel for each mail address. The addresses may be one Terraform list, so Terraform makes the channels. */
export function addNotificationChannels({ scope, id, platform }: GcpPart, addresses: readonly string[]): string[] {
  const emails = TerraformIterator.fromList(addresses as string[]);
  const channel = new MonitoringNotificationChannel(scope, 'notification-channel', {
    forEach: emails,
    displayName: `${id} (${platform.environment}): ${emails.value as string}`,
    type: 'email',
    labels: { email_address: emails.value as string },
    // A channel that an alert policy still names cannot be deleted: the policies change first.
    lifecycle: { createBeforeDestroy: true },
  });
  return Token.asList(TerraformIterator.fromResources(channel).pluckProperty('id'));
}
