import { paginateSimulatePrincipalPolicy, type ContextEntry, type EvaluationResult } from '@aws-sdk/client-iam';
import type { AwsAccount } from './account';

/** What the policies say of an action. `conditional`: they ask for context that a simulation does not have. */
export type Decision = 'allowed' | 'conditional' | 'denied' | 'denied by the organization' | 'denied by the boundary';

/** Actions of one request: an answer stays small, and a slow one hides few. */
const ACTIONS_PER_REQUEST = 60;

/**
 * Asks what the policies of the principal say of actions. First on every resource; what that does not allow is asked again on a name that
 * the stack would give, for narrow policies allow those only.
 */
export async function simulate(
  account: AwsAccount,
  principal: string,
  actions: readonly string[],
  signal: AbortSignal,
  context: readonly ContextEntry[] = [],
): Promise<ReadonlyMap<string, Decision>> {
  const decisions = await ask(account, principal, actions, signal, context);
  const byName = new Map<string, string[]>();
  for (const [action, decision] of decisions) {
    const name = decision === 'allowed' ? undefined : nameOfStack(account, action);
    if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), action]);
  }
  const again = await Promise.all(
    [...byName].map(([name, denied]) => ask(account, principal, denied, signal, context, name)),
  );
  return new Map([...decisions, ...again.flatMap((answer) => [...answer].filter(([, is]) => is === 'allowed'))]);
}

async function ask(
  { clients, region }: AwsAccount,
  principal: string,
  actions: readonly string[],
  signal: AbortSignal,
  context: readonly ContextEntry[],
  resource?: string,
): Promise<ReadonlyMap<string, Decision>> {
  const batches = [];
  for (let from = 0; from < actions.length; from += ACTIONS_PER_REQUEST) {
    batches.push(actions.slice(from, from + ACTIONS_PER_REQUEST));
  }
  const decisions = new Map<string, Decision>();
  await Promise.all(
    batches.map(async (batch) => {
      const pages = paginateSimulatePrincipalPolicy(
        { client: clients.iam },
        {
          PolicySourceArn: principal,
          ActionNames: batch,
          ResourceArns: resource === undefined ? undefined : [resource],
          // What policies most often ask for, as the deployment's requests will have it.
          ContextEntries: [
            { ContextKeyName: 'aws:RequestedRegion', ContextKeyType: 'string', ContextKeyValues: [region()] },
            { ContextKeyName: 'aws:SecureTransport', ContextKeyType: 'boolean', ContextKeyValues: ['true'] },
            ...context,
          ],
        },
      );
      for await (const { EvaluationResults = [] } of pages) {
        for (const result of EvaluationResults) decisions.set(result.EvalActionName ?? '', decisionOf(result));
        signal.throwIfAborted();
      }
    }),
  );
  return decisions;
}

function decisionOf(result: EvaluationResult): Decision {
  if (result.EvalDecision === 'allowed') return 'allowed';
  if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false) return 'denied by the organization';
  if (result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false) return 'denied by the boundary';
  if (result.EvalDecision === 'implicitDeny' && (result.MissingContextValues ?? []).length > 0) return 'conditional';
  return 'denied';
}

/** A resource such as the stack makes, for services whose policies are narrowed by name. */
function nameOfStack({ settings, identity, region }: AwsAccount, action: string): string | undefined {
  const { application, environment } = settings;
  const name = `${application}-${environment}-user-api`;
  const { partition, accountId } = identity;
  const [service = '', verb = ''] = action.split(':');
  const inRegion = `arn:${partition}:${service}:${region()}:${accountId}`;
  switch (service) {
    case 's3':
      return `arn:${partition}:s3:::${name}${/Object/.test(verb) && !/Bucket/.test(verb) ? '/object' : ''}`;
    case 'iam':
      return `arn:${partition}:iam::${accountId}:${/InstanceProfile$/.test(verb) ? 'instance-profile' : 'role'}/${name}`;
    case 'sqs':
    case 'sns':
      return `${inRegion}:${name}`;
    case 'secretsmanager':
      return `${inRegion}:secret:${name}-AbCdEf`;
    case 'logs':
      return `${inRegion}:log-group:/${application}/${environment}/user-api:*`;
    case 'cloudwatch':
      return `${inRegion}:alarm:${name}`;
    case 'elasticache':
      return `${inRegion}:replicationgroup:${name}`;
    case 'autoscaling':
      return `${inRegion}:autoScalingGroup:*:autoScalingGroupName/${name}`;
    case 'elasticloadbalancing':
      return `${inRegion}:loadbalancer/app/${name}/0123456789abcdef`;
    default:
      return undefined;
  }
}
