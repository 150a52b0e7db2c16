import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type LifecycleRule,
} from '@aws-sdk/client-s3';
import type { AwsAccount } from './aws-account';
import { nameOf } from './aws-errors';
import { SUPERSEDED_DAYS, UNFINISHED_DAYS } from './retention';

/** One setting of the bucket: what it is, what it should be, both in words that differ exactly when it has to be mended. */
export interface BucketSetting {
  readonly name: string;
  /** Actions that reading and mending it need. */
  readonly permissions: { readonly read: string; readonly mend: string };
  read(): Promise<{ readonly was: string; readonly is: string; readonly mend: () => Promise<unknown> }>;
}

export interface AwsBucketOptions {
  readonly application: string;
  /** ARN of the KMS key that encrypts new objects, or `none` for S3's own keys. @default - a bucket's key stays; a new bucket has S3's own */
  readonly key?: string;
}

/** Everything that is set on the bucket, in the order in which it is set. What others have added (statements, rules, tags) stays. */
export function bucketSettings(account: AwsAccount, options: AwsBucketOptions): readonly BucketSetting[] {
  const { s3, bucket: Bucket, accountId } = account;
  const at = { Bucket, ExpectedBucketOwner: accountId };
  return [
    {
      name: 'public access',
      permissions: { read: 's3:GetBucketPublicAccessBlock', mend: 's3:PutBucketPublicAccessBlock' },
      read: async () => {
        const found = await unless('NoSuchPublicAccessBlockConfiguration', () =>
          s3.send(new GetPublicAccessBlockCommand(at)),
        );
        const present: Readonly<Record<string, boolean | undefined>> = { ...found?.PublicAccessBlockConfiguration };
        const open = Object.keys(BLOCKED).filter((name) => present[name] !== true);
        const was = open.length === 0 ? 'blocked' : `allowed by ${open.join(', ')}`;
        const mend = () => s3.send(new PutPublicAccessBlockCommand({ ...at, PublicAccessBlockConfiguration: BLOCKED }));
        return { was, is: 'blocked', mend };
      },
    },
    {
      name: 'object ownership',
      permissions: { read: 's3:GetBucketOwnershipControls', mend: 's3:PutBucketOwnershipControls' },
      read: async () => {
        const found = await unless('OwnershipControlsNotFoundError', () =>
          s3.send(new GetBucketOwnershipControlsCommand(at)),
        );
        const is = 'BucketOwnerEnforced';
        const OwnershipControls = { Rules: [{ ObjectOwnership: is } as const] };
        return {
          was: found?.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? 'ObjectWriter',
          is,
          mend: () => s3.send(new PutBucketOwnershipControlsCommand({ ...at, OwnershipControls })),
        };
      },
    },
    {
      name: 'encryption',
      permissions: { read: 's3:GetEncryptionConfiguration', mend: 's3:PutEncryptionConfiguration' },
      read: async () => {
        const found = await unless('ServerSideEncryptionConfigurationNotFoundError', () =>
          s3.send(new GetBucketEncryptionCommand(at)),
        );
        const rule = found?.ServerSideEncryptionConfiguration?.Rules?.[0];
        const { SSEAlgorithm = 'none', KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
        const isKms = SSEAlgorithm.startsWith('aws:kms');
        const was = isKms
          ? `${SSEAlgorithm} ${KMSMasterKeyID ?? '(aws/s3)'}${rule?.BucketKeyEnabled ? '' : ', without a bucket key'}`
          : SSEAlgorithm;
        const key = options.key === 'none' ? undefined : options.key;
        const is = key !== undefined ? `aws:kms ${key}` : isKms && options.key === undefined ? was : 'AES256';
        const ApplyServerSideEncryptionByDefault =
          key === undefined
            ? ({ SSEAlgorithm: 'AES256' } as const)
            : ({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } as const);
        const ServerSideEncryptionConfiguration = {
          Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: key !== undefined }],
        };
        const mend = () => s3.send(new PutBucketEncryptionCommand({ ...at, ServerSideEncryptionConfiguration }));
        return { was, is, mend };
      },
    },
    {
      name: 'versioning',
      permissions: { read: 's3:GetBucketVersioning', mend: 's3:PutBucketVersioning' },
      read: async () => {
        const { Status } = await s3.send(new GetBucketVersioningCommand(at));
        const VersioningConfiguration = { Status: 'Enabled' } as const;
        const mend = () => s3.send(new PutBucketVersioningCommand({ ...at, VersioningConfiguration }));
        return { was: Status ?? 'off', is: 'Enabled', mend };
      },
    },
    {
      name: 'policy',
      permissions: { read: 's3:GetBucketPolicy', mend: 's3:PutBucketPolicy' },
      read: async () => {
        const found = await unless('NoSuchBucketPolicy', () => s3.send(new GetBucketPolicyCommand(at)));
        const present = JSON.parse(found?.Policy ?? '{"Version":"2012-10-17","Statement":[]}') as Policy;
        const wanted = tlsOnly(`arn:${account.partition}:s3:::${Bucket}`);
        const statements = [present.Statement].flat();
        const lacking = wanted.filter((own) => !statements.some((one) => canonical(one) === canonical(own)));
        const others = statements.filter(({ Sid }) => !wanted.some((own) => own.Sid === Sid));
        const Policy = JSON.stringify({ ...present, Statement: [...wanted, ...others] });
        return {
          was: lacking.length === 0 ? 'TLS 1.2 or newer' : `lacks ${lacking.map(({ Sid }) => Sid).join(', ')}`,
          is: 'TLS 1.2 or newer',
          mend: () => s3.send(new PutBucketPolicyCommand({ ...at, Policy })),
        };
      },
    },
    {
      name: 'lifecycle',
      permissions: { read: 's3:GetLifecycleConfiguration', mend: 's3:PutLifecycleConfiguration' },
      read: async () => {
        const found = await unless('NoSuchLifecycleConfiguration', () =>
          s3.send(new GetBucketLifecycleConfigurationCommand(at)),
        );
        const rules = found?.Rules ?? [];
        const Rules = [...RULES, ...rules.filter(({ ID }) => !RULES.some((own) => own.ID === ID))];
        const words = RULES.map((own) => ruleInWords(rules.find(({ ID }) => ID === own.ID)));
        return {
          was: words.join('; '),
          is: RULES.map(ruleInWords).join('; '),
          mend: () => s3.send(new PutBucketLifecycleConfigurationCommand({ ...at, LifecycleConfiguration: { Rules } })),
        };
      },
    },
    {
      name: 'tags',
      permissions: { read: 's3:GetBucketTagging', mend: 's3:PutBucketTagging' },
      read: async () => {
        const found = await unless('NoSuchTagSet', () => s3.send(new GetBucketTaggingCommand(at)));
        const wanted: Readonly<Record<string, string>> = { application: options.application, purpose: 'bootstrap' };
        const present = Object.fromEntries((found?.TagSet ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
        const inWords = (tags: Readonly<Record<string, string | undefined>>) =>
          Object.keys(wanted)
            .map((name) => `${name}=${tags[name] ?? ''}`)
            .join(', ');
        // Those of AWS itself stay on their own, and must not be sent.
        const TagSet = Object.entries({ ...present, ...wanted })
          .filter(([Key]) => !Key.startsWith('aws:'))
          .map(([Key, Value]) => ({ Key, Value }));
        const mend = () => s3.send(new PutBucketTaggingCommand({ ...at, Tagging: { TagSet } }));
        return { was: inWords(present), is: inWords(wanted), mend };
      },
    },
  ];
}

const BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

const RULES: readonly LifecycleRule[] = [
  {
    ID: 'unfinished-uploads',
    Status: 'Enabled',
    Filter: { Prefix: '' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: UNFINISHED_DAYS },
  },
  {
    ID: 'superseded-versions',
    Status: 'Enabled',
    Filter: { Prefix: '' },
    NoncurrentVersionExpiration: { NoncurrentDays: SUPERSEDED_DAYS },
  },
];

function ruleInWords(rule: LifecycleRule | undefined): string {
  if (rule === undefined) return 'no rule';
  const prefix = rule.Filter?.Prefix ?? rule.Prefix ?? '';
  const unfinished = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  const superseded = rule.NoncurrentVersionExpiration?.NoncurrentDays;
  return [
    ...(unfinished === undefined ? [] : [`unfinished uploads go after ${unfinished} days`]),
    ...(superseded === undefined ? [] : [`superseded versions go after ${superseded} days`]),
    ...(prefix === '' ? [] : [`only of ${prefix}`]),
    ...(rule.Status === 'Enabled' ? [] : ['switched off']),
  ].join(', ');
}

interface Policy {
  readonly Statement: Statement | readonly Statement[];
}

type Statement = Readonly<Record<string, unknown>>;

/** The statements that the stacks give their own buckets (modules/aws/foundation/bucket-lockdown.ts). */
function tlsOnly(arn: string): readonly Statement[] {
  const everything = { Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Resource: [arn, `${arn}/*`] };
  return [
    { Sid: 'TlsOnly', ...everything, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    { Sid: 'Tls12OrNewer', ...everything, Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } } },
  ];
}

/** The same text for the same statement, whatever the order of its keys and however a list of one is written. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return value.length === 1 ? canonical(value[0]) : `[${value.map(canonical).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(String(value));
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${key}:${canonical(inner)}`).join()}}`;
}

/** What is there, or undefined where S3 says by that error that nothing was ever set. */
async function unless<T>(absent: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (nameOf(error) === absent) return undefined;
    throw error;
  }
}
