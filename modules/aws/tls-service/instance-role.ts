import type { AwsService } from './service';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import type { AwsEnvironment } from '../foundation/environment';
import { addInstanceRole, type InstanceIdentity } from '../machine/instance-role';
import type { PolicyStatement } from '../foundation/policy-document';
import { readPrograms } from '../machine/read-programs';
import type { ReadableSecret } from './secret';

/** The instances' role: reads its own artifact, the host agent and its own secrets, writes its own log group, nothing else. */
export function addInstanceIdentity(
  service: AwsService,
  options: {
    readonly artifacts: readonly StoredArtifact[];
    readonly secrets: readonly ReadableSecret[];
    readonly logGroupArn: string;
  },
): InstanceIdentity {
  const { platform } = service;
  const { artifacts, secrets, logGroupArn } = options;
  return addInstanceRole(service, {
    description: 'Instances of',
    statements: [
      ...readPrograms(platform, artifacts),
      {
        sid: 'WriteOwnJournal',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [`${logGroupArn}:*`],
      },
      ...secretStatements(secrets),
      ...keyStatements(platform, secrets),
    ],
  });
}

function secretStatements(secrets: readonly ReadableSecret[]): PolicyStatement[] {
  if (secrets.length === 0) return [];
  return [
    { sid: 'ReadOwnSecrets', actions: ['secretsmanager:GetSecretValue'], resources: secrets.map(({ arn }) => arn) },
  ];
}

/** The platform's key only through the services that hold what it encrypts; keys of others only for the secrets they encrypt. */
function keyStatements(platform: AwsEnvironment, secrets: readonly ReadableSecret[]): PolicyStatement[] {
  const { region, keyArn } = platform;
  const viaSecretsManager = `secretsmanager.${region}.amazonaws.com`;
  const statements: PolicyStatement[] = [
    {
      sid: 'DecryptThroughServices',
      actions: ['kms:Decrypt'],
      resources: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': [`s3.${region}.amazonaws.com`, viaSecretsManager] } },
    },
  ];
  const foreign = secrets.filter(({ isOwn }) => !isOwn);
  if (foreign.length > 0) {
    statements.push({
      sid: 'DecryptExistingSecrets',
      actions: ['kms:Decrypt'],
      // Which key encrypts a secret that somebody else made is not known here; the condition names the secrets instead.
      resources: [`arn:${platform.partition}:kms:${region}:*:key/*`],
      conditions: {
        StringEquals: {
          'kms:ViaService': viaSecretsManager,
          'kms:EncryptionContext:SecretARN': foreign.map(({ arn }) => arn),
        },
      },
    });
  }
  return statements;
}
