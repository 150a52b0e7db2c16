import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { ITerraformDependable } from 'cdktf';
import { physicalName } from '../../props/physical-name';
import type { AwsPart } from '../foundation/part';
import { policyDocument, trustPolicy, type PolicyStatement } from '../foundation/policy-document';

/** Longest name of an IAM role (IAM and AWS STS quotas). */
const ROLE_NAME_CHARACTERS = 64;

/** Who the instances are. */
export interface InstanceIdentity {
  readonly role: IamRole;
  readonly profile: IamInstanceProfile;
  /** An instance that boots before its rights exist fails its first tries. */
  readonly ready: ITerraformDependable[];
}

/** The role of one kind of machine, with what it may do written into it. */
export function addInstanceRole(
  { scope, id, platform }: AwsPart,
  options: {
    /** What the machines are, before their name. */
    readonly description: string;
    readonly statements: readonly PolicyStatement[];
  },
): InstanceIdentity {
  // Roles are not regional: the region keeps the same service in two of them apart.
  const prefix = physicalName(
    [platform.application, platform.environment, id],
    ROLE_NAME_CHARACTERS - '-ap-southeast-99'.length,
  );
  const name = `${prefix}-${platform.region}`;
  const role = new IamRole(scope, 'role', {
    name,
    description: `${options.description} ${prefix}`,
    assumeRolePolicy: trustPolicy('ec2.amazonaws.com'),
    permissionsBoundary: platform.permissionsBoundaryArn,
  });
  const policy = new IamRolePolicy(scope, 'role-policy', {
    name: 'instance',
    role: role.id,
    policy: policyDocument(...options.statements),
  });
  const profile = new IamInstanceProfile(scope, 'instance-profile', { name, role: role.name });
  return { role, profile, ready: [policy] };
}
