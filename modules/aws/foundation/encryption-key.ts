import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { Construct } from 'constructs';
import { keyPolicy } from './key-policy';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Days until a destroyed key is gone for good, 7 to 30 (KMS API reference, ScheduleKeyDeletion). */
const DELETION_DAYS = { protected: 30, unprotected: 7 } as const;

/** The platform's own KMS key: rotated each year, named `alias/<application>-<environment>`. */
export class EncryptionKey extends Construct {
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly application: string;
      readonly environment: string;
      readonly partition: string;
      readonly accountId: string;
      readonly region: string;
      readonly deletionProtection: boolean;
    },
  ) {
    super(scope, id);
    const { application, environment, deletionProtection } = props;
    const key = new KmsKey(this, 'key', {
      description: `${application} ${environment}: artifacts, secrets, logs, disks and alarms`,
      enableKeyRotation: true,
      deletionWindowInDays: deletionProtection ? DELETION_DAYS.protected : DELETION_DAYS.unprotected,
      policy: keyPolicy({
        ...props,
        logGroupPrefixes: [`/${application}/${environment}/`, `aws-waf-logs-${application}-${environment}-`],
      }),
    });
    guardAgainstDeletion(key, deletionProtection);
    new KmsAlias(this, 'alias', { name: `alias/${application}-${environment}`, targetKeyId: key.keyId });
    this.arn = key.arn;
  }
}
