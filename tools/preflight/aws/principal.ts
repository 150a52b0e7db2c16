import { GetRoleCommand } from '@aws-sdk/client-iam';
import { CheckSkipped } from '../check';
import type { AwsAccount } from './account';

/**
 * Whose policies decide: of a role's session, the role, whose path the session's ARN leaves out (IAM Identity Center gives its roles one).
 *
 * @throws CheckSkipped for a federated user, whose policies nobody can simulate
 */
export async function principalArn(account: AwsAccount, signal: AbortSignal): Promise<string> {
  const { arn, partition, accountId } = account.identity;
  const [, , service, , , resource = ''] = arn.split(':');
  if (service === 'iam') return arn;
  const [kind, role] = resource.split('/');
  if (kind !== 'assumed-role' || role === undefined) {
    throw new CheckSkipped(`${arn} is no user or role: its policies cannot be simulated`, 'run it as a role or user');
  }
  try {
    const { Role } = await account.clients.iam.send(new GetRoleCommand({ RoleName: role }), { abortSignal: signal });
    if (Role?.Arn !== undefined) return Role.Arn;
  } catch {
    // Not allowed to look: the ARN without a path is right for most roles, and the simulation says when it is not.
  }
  return `arn:${partition}:iam::${accountId}:role/${role}`;
}
