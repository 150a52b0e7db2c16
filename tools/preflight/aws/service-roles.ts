import { GetRoleCommand } from '@aws-sdk/client-iam';
import { failed, ok, type Finding } from '../check';
import type { Stack } from '../../plan/synthesized';
import { isRoot, type AwsAccount } from './account';
import { principalArn } from './principal';
import { simulate } from './simulate';

/** A role that a service makes for itself when it is first used, where the caller may make it. */
interface ServiceRole {
  readonly role: string;
  readonly service: string;
  /** Whether a stack needs it. */
  readonly neededBy: (stack: Stack) => boolean;
}

const has = ({ resources }: Stack, type: string): boolean => resources.some((each) => each.type === type);

const SERVICE_ROLES: readonly ServiceRole[] = [
  {
    role: 'AWSServiceRoleForAutoScaling',
    service: 'autoscaling.amazonaws.com',
    neededBy: (stack) => has(stack, 'aws_autoscaling_group'),
  },
  {
    role: 'AWSServiceRoleForElasticLoadBalancing',
    service: 'elasticloadbalancing.amazonaws.com',
    neededBy: (stack) => has(stack, 'aws_lb'),
  },
  {
    role: 'AWSServiceRoleForElastiCache',
    service: 'elasticache.amazonaws.com',
    neededBy: (stack) => has(stack, 'aws_elasticache_replication_group'),
  },
  {
    role: 'AWSServiceRoleForEC2Spot',
    service: 'spot.amazonaws.com',
    neededBy: ({ resources }) => resources.some(({ body }) => body.mixed_instances_policy !== undefined),
  },
];

/** Whether the roles that the services work with are there, or may be made on the way. */
export async function serviceRoles(account: AwsAccount, signal: AbortSignal): Promise<readonly Finding[]> {
  const stack = await account.stack;
  const wanted = SERVICE_ROLES.filter(({ neededBy }) => neededBy(stack));
  const isThere = await Promise.all(wanted.map(({ role }) => exists(account, role, signal)));
  const missing = wanted.filter((_, index) => !isThere[index]);
  if (missing.length === 0) return [ok(wanted.map(({ role }) => role.replace('AWSServiceRoleFor', '')).join(', '))];
  return Promise.all(
    missing.map(async ({ role, service }): Promise<Finding> => {
      return (await mayCreate(account, service, signal))
        ? ok(`${role} is made when it is first needed`)
        : failed(
            `${role} does not exist, and may not be made by these credentials`,
            `aws iam create-service-linked-role --aws-service-name ${service}, by somebody who may`,
          );
    }),
  );
}

async function exists({ clients }: AwsAccount, role: string, signal: AbortSignal): Promise<boolean> {
  try {
    await clients.iam.send(new GetRoleCommand({ RoleName: role }), { abortSignal: signal });
    return true;
  } catch (error) {
    if ((error as Error).name === 'NoSuchEntityException' || (error as Error).name === 'NoSuchEntity') return false;
    throw error;
  }
}

async function mayCreate(account: AwsAccount, service: string, signal: AbortSignal): Promise<boolean> {
  if (isRoot(account.identity)) return true;
  const action = 'iam:CreateServiceLinkedRole';
  const decisions = await simulate(account, await principalArn(account, signal), [action], signal, [
    { ContextKeyName: 'iam:AWSServiceName', ContextKeyType: 'string', ContextKeyValues: [service] },
  ]);
  return decisions.get(action) === 'allowed';
}
