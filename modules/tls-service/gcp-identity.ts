import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import type { ITerraformDependable } from 'cdktf';
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
  const read = new StorageBucketIamMember(scope, 'read-artifacts', {
    bucket: platform.artifacts.bucket.name,
    role: 'roles/storage.objectViewer',
    member: account.member,
    condition: {
      title: 'own-program',
      description: 'The program of the service and the host agent, nothing else',
      expression: objects.map(({ resourceName }) => `resource.name == "${resourceName}"`).join(' || '),
    },
    // A new program is readable before the instances ask for it.
    lifecycle: { createBeforeDestroy: true },
  });
  // Cloud Logging has no narrower grant for writing: neither a log nor a bucket can be named (docs/policy-exceptions.md).
  const log = new ProjectIamMember(scope, 'write-logs', {
    project: platform.project,
    role: 'roles/logging.logWriter',
    member: account.member,
  });
  return { account, grants: [read, log] };
}

function accountId(parts: readonly string[]): string {
  const name = physicalName(parts, ACCOUNT_ID_CHARACTERS.maximum);
  return name.length < ACCOUNT_ID_CHARACTERS.minimum ? `${name}-sa` : name;
}
