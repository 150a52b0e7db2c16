import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { StoredArtifact } from '../gcp/artifact-bucket';
import { physicalName } from '../physical-name';
import type { GcpService } from './gcp-service';

/** Bounds of a service account's id (IAM, "Create service accounts"). */
const ACCOUNT_ID_CHARACTERS = { minimum: 6, maximum: 30 } as const;

/** Who the instances are. */
export interface GcpIdentity {
  readonly account: ServiceAccount;
  /** Rights that an instance needs before it boots. */
  readonly grants: readonly ITerraformDependable[];
}

/** The service account of the instances: reads its own program, writes log entries, nothing else. Secrets grant themselves. */
export function addIdentity(service: GcpService, objects: readonly StoredArtifact[]): GcpIdentity {
  const { scope, platform, id } = service;
  const account = new ServiceAccount(scope, 'service-account', {
    accountId: accountId([platform.application, platform.environment, id]),
    displayName: service.name(),
    description: `Instances of ${id} (${platform.environment})`,
  });
  const { bootstrap, artifacts } = platform;
  const read = mayRead(scope, 'read-artifacts', {
    bucket: artifacts.bucket.name,
    account,
    objects: objects.filter(({ bucket }) => bucket !== bootstrap.bucket),
  });
  const pushed = objects.filter(({ bucket }) => bucket === bootstrap.bucket);
  const readPushed =
    pushed.length > 0 ? [mayRead(scope, 'read-pushed', { bucket: bootstrap.bucket, account, objects: pushed })] : [];
  // Cloud Logging has no narrower grant for writing: neither a log nor a bucket can be named (docs/policy-exceptions.md).
  const log = new ProjectIamMember(scope, 'write-logs', {
    project: platform.project,
    role: 'roles/logging.logWriter',
    member: account.member,
  });
  return { account, grants: [read, ...readPushed, log] };
}

/** Lets an account read some objects of a bucket, and nothing else in it. */
export function mayRead(
  scope: Construct,
  id: string,
  props: {
    readonly bucket: string;
    readonly account: ServiceAccount;
    readonly objects: readonly Pick<StoredArtifact, 'resourceName'>[];
  },
): StorageBucketIamMember {
  return new StorageBucketIamMember(scope, id, {
    bucket: props.bucket,
    role: 'roles/storage.objectViewer',
    member: props.account.member,
    condition: {
      title: 'own-program',
      description: 'The program of the service and the host agent, nothing else',
      expression: props.objects.map(({ resourceName }) => `resource.name == "${resourceName}"`).join(' || '),
    },
    // A new program is readable before the instances ask for it.
    lifecycle: { createBeforeDestroy: true },
  });
}

function accountId(parts: readonly string[]): string {
  const name = physicalName(parts, ACCOUNT_ID_CHARACTERS.maximum);
  return name.length < ACCOUNT_ID_CHARACTERS.minimum ? `${name}-sa` : name;
}
