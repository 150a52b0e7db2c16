import {
  SecretManagerSecret,
  type SecretManagerSecretReplication,
} from '@cdktf/provider-google/lib/secret-manager-secret';
import { SecretManagerSecretIamMember } from '@cdktf/provider-google/lib/secret-manager-secret-iam-member';
import { SecretManagerSecretVersion } from '@cdktf/provider-google/lib/secret-manager-secret-version';
import type { ITerraformDependable } from 'cdktf';
import type { MachineSpec } from '../../../contracts/machine-spec';
import { physicalName } from '../../props/physical-name';
import type { GcpService } from './service';
import type { SecretFromVariable } from '../../tls-service/secret-source';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Longest id of a secret (Secret Manager, "Create a secret"). */
const SECRET_ID_CHARACTERS = 255;

/** Where a machine finds its secrets, and the rights it needs for that. No value. */
export interface GcpSecrets {
  readonly references: MachineSpec['secrets'];
  readonly grants: readonly ITerraformDependable[];
}

/** Writes the secrets that come from variables, and lets the instances read these and the existing ones: each secret by itself. */
export function addSecrets(service: GcpService, member: string): GcpSecrets {
  const entries = Object.entries(service.props.secrets).map(([variable, source]) => {
    const reference =
      source.kind === 'existing'
        ? { variable, id: source.id, ...(source.version === undefined ? {} : { version: source.version }) }
        : { variable, ...writeSecret(service, variable, source) };
    const grant = new SecretManagerSecretIamMember(service.scope, `read-secret-${variable}`, {
      secretId: reference.id,
      role: 'roles/secretmanager.secretAccessor',
      member,
    });
    return { reference, grant };
  });
  return { references: entries.map(({ reference }) => reference), grants: entries.map(({ grant }) => grant) };
}

function writeSecret(service: GcpService, variable: string, source: SecretFromVariable) {
  const { scope, props, platform, labels, id } = service;
  const secret = new SecretManagerSecret(scope, `secret-${variable}`, {
    secretId: physicalName([platform.application, platform.environment, id, variable], SECRET_ID_CHARACTERS),
    labels: { ...labels },
    replication: replication(service),
    deletionProtection: props.deletionProtection,
  });
  guardAgainstDeletion(secret, props.deletionProtection);
  const version = new SecretManagerSecretVersion(scope, `secret-version-${variable}`, {
    secret: secret.id,
    secretDataWo: source.variable.stringValue,
    secretDataWoVersion: source.version,
    // The old version is switched off, not destroyed, when the new one is there: a bad value can be taken back.
    deletionPolicy: 'DISABLE',
    lifecycle: { createBeforeDestroy: true },
  });
  // The number is new with each rotation: it is in the boot script, so the instances are rolled.
  return { id: secret.id, version: version.version };
}

/** With a key of the platform's region the secret stays in that region: a global secret would need a global key. */
function replication({ platform }: GcpService): SecretManagerSecretReplication {
  if (platform.keyId === undefined) return { auto: {} };
  return {
    userManaged: {
      replicas: [{ location: platform.region, customerManagedEncryption: { kmsKeyName: platform.keyId } }],
    },
  };
}
