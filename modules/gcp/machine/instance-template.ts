import {
  ComputeRegionInstanceTemplate,
  type ComputeRegionInstanceTemplateScheduling,
} from '@cdktf/provider-google/lib/compute-region-instance-template';
import { physicalName } from '../../props/physical-name';
import type { GcpPart } from '../foundation/part';
import type { GcpMachine } from './machine';

/** The provider appends up to 26 characters; a longer prefix gets fewer. */
const PREFIX_CHARACTERS = 36;

/**
 * What machines are made from: no external address, Shielded VM, no SSH keys but those of OS Login, no serial console to write to. A new
 * template is made before the old one goes.
 */
export function addInstanceTemplate(
  { scope, id: partId, platform, labels }: GcpPart,
  id: string,
  options: {
    readonly machine: GcpMachine;
    readonly diskGib: number;
    readonly subnetwork: string;
    readonly accountEmail: string;
    readonly bootScript: string;
    /** Runs when the machine is told to end. @default none */
    readonly shutdownScript?: string;
    /** Last part of the template's name. @default none */
    readonly suffix?: string;
    /** @default - a standard machine */
    readonly scheduling?: ComputeRegionInstanceTemplateScheduling;
  },
): ComputeRegionInstanceTemplate {
  const { machine, suffix = [], shutdownScript, scheduling } = options;
  const parts = [platform.application, platform.environment, partId, suffix].flat();
  return new ComputeRegionInstanceTemplate(scope, id, {
    namePrefix: `${physicalName(parts, PREFIX_CHARACTERS)}-`,
    region: platform.region,
    description: `Instances of ${partId} (${platform.environment})`,
    instanceDescription: `${partId} (${platform.environment})`,
    machineType: machine.machineType,
    canIpForward: false,
    labels: { ...labels },
    disk: [
      {
        sourceImage: machine.image,
        boot: true,
        autoDelete: true,
        diskType: machine.diskType,
        diskSizeGb: options.diskGib,
        labels: { ...platform.labels, ...labels },
        diskEncryptionKey: platform.keyId === undefined ? undefined : { kmsKeySelfLink: platform.keyId },
      },
    ],
    // No access config: no external address.
    networkInterface: [{ subnetwork: options.subnetwork, stackType: 'IPV4_ONLY', nicType: 'GVNIC' }],
    // Scopes are the old way to limit an instance; its account's roles are the limit here.
    serviceAccount: { email: options.accountEmail, scopes: ['cloud-platform'] },
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
    scheduling,
    metadata: {
      'startup-script': options.bootScript,
      ...(shutdownScript === undefined ? {} : { 'shutdown-script': shutdownScript }),
      'enable-oslogin': 'TRUE',
      'block-project-ssh-keys': 'TRUE',
      'serial-port-enable': 'FALSE',
      // The console is readable in Cloud Logging, should the host agent never start.
      'serial-port-logging-enable': 'TRUE',
    },
    lifecycle: { createBeforeDestroy: true },
  });
}
