import type { Opening } from '../flow';
import type { Plan, Resource } from '../../plan/plan';
import type { Value } from '../../plan/unknown';
import { readPolicy, type Statement } from './policy';

/** An endpoint of one of AWS's services in the VPC. */
export interface Endpoint {
  readonly resource: Resource;
  /** As its name ends, such as `sqs`. */
  readonly service: string;
  readonly isGateway: boolean;
}

/** Keys that leave only principals of an account or an organization of one's own. */
const OWN_PRINCIPALS = ['aws:PrincipalAccount', 'aws:PrincipalOrgID'];

export function findEndpoints(plan: Plan): readonly Endpoint[] {
  return plan.of('aws_vpc_endpoint').map((resource) => {
    const { service_name: name, vpc_endpoint_type: type } = resource.values;
    // Ends with a reference where it is not told: then it is the endpoint of no service that is known.
    const service = (plan.text(name) ?? 'an unknown service').replace(
      /^com\.amazonaws\.(?:[a-z0-9-]+|\$\{[^}]*\})\./,
      '',
    );
    return { resource, service, isGateway: (type ?? 'Gateway') === 'Gateway' };
  });
}

/** As actions of a service begin, where its endpoint has another name. */
export function actionPrefix(service: string): string {
  return { monitoring: 'cloudwatch' }[service] ?? service;
}

/** What an endpoint lets through that no other account's credentials should: they could carry data away through it. */
export function policyOpenings(plan: Plan, { resource, service }: Endpoint): Opening[] {
  const { address, values } = resource;
  const separate = plan.of('aws_vpc_endpoint_policy').filter((other) => isOf(plan, other.values, resource));
  const policies = [values.policy as Value, ...separate.map((other) => other.values.policy as Value)].filter(
    (policy) => policy !== undefined && policy !== null,
  );
  if (policies.length === 0) return [{ address, problem: 'has no policy: it lets everything through' }];
  const read = policies.map((policy) => readPolicy(plan, policy));
  if (read.includes(undefined)) return [{ address, problem: 'its policy cannot be read before apply' }];
  return read
    .flatMap((statements) => statements ?? [])
    .filter(({ effect }) => effect !== 'Deny')
    .flatMap((statement) => problemsOf(statement, service).map((problem) => ({ address, problem })));
}

function problemsOf(statement: Statement, service: string): string[] {
  const { sid, principals, actions, resources } = statement;
  const everyAction = actions.filter((action) => action === '*' || action === '*:*');
  return [
    ...everyAction.map((action) => `${sid} lets every action through (${action})`),
    ...(principals.includes('*') && !isForOwnPrincipals(statement)
      ? [`${sid} lets everybody's credentials through`]
      : []),
    ...(service === 's3' && resources.some((one) => /^(?:arn:[^:]*:s3:::)?\*/.test(one))
      ? [`${sid} lets every bucket through`]
      : []),
  ];
}

function isForOwnPrincipals({ conditions }: Statement): boolean {
  const keys = Object.entries(conditions.StringEquals ?? {});
  return keys.some(
    ([key, values]) => OWN_PRINCIPALS.includes(key) && values.length > 0 && !values.some((one) => one.includes('*')),
  );
}

function isOf(plan: Plan, { vpc_endpoint_id: id }: Resource['values'], endpoint: Resource): boolean {
  return plan.resolve(id).some((target) => 'resource' in target && target.resource.address === endpoint.address);
}
