import type { AwsService } from './service';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version';
import type { ITerraformDependable } from 'cdktf';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** A secret as the machine finds it. */
export interface ReadableSecret {
  /** Environment variable that it is given in. */
  readonly variable: string;
  readonly arn: string;
  /** Version id that the boot script names: another one rolls the instances. @default - the current one at each boot */
  readonly version?: string;
  /** Whether this stack wrote it, and so encrypted it with the platform's key. */
  readonly isOwn: boolean;
  readonly ready: readonly ITerraformDependable[];
}

/** Days in which a deleted secret can be had back, 7 to 30; 0 frees its name at once (Secrets Manager API, DeleteSecret). */
const RECOVERY_DAYS = { protected: 30, unprotected: 0 } as const;

/**
 * Secrets of the service: existing ones by their ARN, the others written through a write-only argument, so that the value is
 * in neither plan nor state.
 */
export function addSecrets({ scope, id, platform, props }: AwsService): ReadableSecret[] {
  return Object.entries(props.secrets).map(([variable, source]) => {
    if (source.kind === 'existing') {
      return { variable, arn: source.id, version: source.version, isOwn: false, ready: [] };
    }
    const secret = new SecretsmanagerSecret(scope, `secret-${variable}`, {
      name: `${platform.application}/${platform.environment}/${id}/${variable}`,
      description: `${variable} of ${id}`,
      kmsKeyId: platform.keyArn,
      recoveryWindowInDays: props.deletionProtection ? RECOVERY_DAYS.protected : RECOVERY_DAYS.unprotected,
    });
    guardAgainstDeletion(secret, props.deletionProtection);
    const version = new SecretsmanagerSecretVersion(scope, `secret-${variable}-version`, {
      secretId: secret.id,
      secretStringWo: source.variable.stringValue,
      secretStringWoVersion: source.version,
    });
    return { variable, arn: secret.arn, version: version.versionId, isOwn: true, ready: [version] };
  });
}
