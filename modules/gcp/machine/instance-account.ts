import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import { kindsOfKeys } from '../../../contracts/bootstrap-bucket';
import { physicalName } from '../../props/physical-name';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import type { GcpPart } from '../foundation/part';

/** Bounds of a service account's id (IAM, "Create service accounts"). */
const ACCOUNT_ID_CHARACTERS = { minimum: 6, maximum: 30 } as const;

/** Who machines are. */
export interface InstanceAccount {
  readonly account: ServiceAccount;
  /** Rights that a machine needs before it boots. */
  readonly grants: readonly ITerraformDependable[];
}

/** The service account of machines: reads what it is told of, writes log entries, nothing else. Whatever has more to give grants it itself. */
export function addInstanceAccount(
  part: GcpPart,
  options: {
    /** Whose they are: `Instances of`. */
    readonly description: string;
    readonly objects: readonly StoredArtifact[];
    /** Keys of the bootstrap bucket, besides. @default none */
    readonly keys?: readonly string[];
  },
): InstanceAccount {
  const { scope, platform, id } = part;
  const { objects, keys = [] } = options;
  const account = new ServiceAccount(scope, 'service-account', {
    accountId: accountId([platform.application, platform.environment, id]),
    displayName: part.name(),
    description: `${options.description} ${id} (${platform.environment})`,
  });
  const { bootstrap, artifacts } = platform;
  const uploaded = objects.filter(({ bucket }) => bucket !== bootstrap.bucket);
  const readUploaded =
    uploaded.length > 0
      ? [
          mayRead(scope, 'read-artifacts', {
            bucket: artifacts.bucket.name,
            account,
            names: uploaded.map(({ resourceName }) => `resource.name == "${resourceName}"`),
          }),
        ]
      : [];
  const pushed = objects.filter(({ bucket }) => bucket === bootstrap.bucket).map(({ key }) => key);
  // All of its kinds: a machine of an older template, or of one that is rolled back to, finds the bytes that it names.
  const kinds = kindsOfKeys([...pushed, ...keys]);
  const readPushed =
    kinds.length > 0
      ? [
          mayRead(scope, 'read-pushed', {
            bucket: bootstrap.bucket,
            account,
            names: kinds.map(
              (kind) => `resource.name.startsWith("projects/_/buckets/${bootstrap.bucket}/objects/${kind}")`,
            ),
          }),
        ]
      : [];
  // Cloud Logging has no narrower grant for writing: neither a log nor a bucket can be named (docs/policy-exceptions.md).
  const log = new ProjectIamMember(scope, 'write-logs', {
    project: platform.project,
    role: 'roles/logging.logWriter',
    member: account.member,
  });
  return { account, grants: [...readUploaded, ...readPushed, log] };
}

/** Lets an account read some objects of a bucket, and nothing else in it. */
function mayRead(
  scope: Construct,
  id: string,
  props: {
    readonly bucket: string;
    readonly account: ServiceAccount;
    /** Conditions on the names of the objects, of which one must hold. */
    readonly names: readonly string[];
  },
): StorageBucketIamMember {
  return new StorageBucketIamMember(scope, id, {
    bucket: props.bucket,
    role: 'roles/storage.objectViewer',
    member: props.account.member,
    condition: {
      title: 'own-program',
      description: 'What the machines run, nothing else',
      expression: props.names.join(' || '),
    },
    // A new program is readable before the instances ask for it.
    lifecycle: { createBeforeDestroy: true },
  });
}

function accountId(parts: readonly string[]): string {
  const name = physicalName(parts, ACCOUNT_ID_CHARACTERS.maximum);
  return name.length < ACCOUNT_ID_CHARACTERS.minimum ? `${name}-sa` : name;
}
