import { failed, ok, unread, warning, type Finding } from '../check';
import { wordsOf } from '../run-checks';
import type { GcpProject } from './project';

/** cloudresourcemanager.projects.getEffectiveOrgPolicy, v1. Lists are of `under:`, `in:`, `is:` values. */
interface OrgPolicy {
  readonly booleanPolicy?: { readonly enforced?: boolean };
  readonly listPolicy?: {
    readonly allValues?: 'ALLOW' | 'DENY' | 'ALL_VALUES_UNSPECIFIED';
    readonly allowedValues?: readonly string[];
    readonly deniedValues?: readonly string[];
  };
}

interface Constraint {
  readonly name: string;
  /** What of the stack it refuses, or undefined. */
  readonly refuses: (policy: OrgPolicy, of: GcpProject) => Finding | undefined;
}

const IMAGES = 'projects/debian-cloud';
const LOAD_BALANCER = 'GLOBAL_EXTERNAL_MANAGED_HTTP_HTTPS';

const CONSTRAINTS: readonly Constraint[] = [
  {
    name: 'compute.trustedImageProjects',
    refuses: (policy, { values }) =>
      values.base_image || allows(policy, [IMAGES])
        ? undefined
        : failed(`images of ${IMAGES} are not trusted`, `allow ${IMAGES}, or --var base_image= of a trusted project`),
  },
  {
    name: 'compute.disableGlobalLoadBalancing',
    refuses: (policy) => enforced(policy, 'global load balancers are refused'),
  },
  {
    name: 'compute.restrictLoadBalancerCreationForTypes',
    refuses: (policy) =>
      allows(policy, [LOAD_BALANCER, 'EXTERNAL'])
        ? undefined
        : failed(`${LOAD_BALANCER} load balancers are refused`, `allow ${LOAD_BALANCER} in the policy`),
  },
  {
    name: 'iam.disableServiceAccountCreation',
    refuses: (policy) => enforced(policy, 'service accounts may not be made, and each service has its own'),
  },
  {
    name: 'gcp.resourceLocations',
    refuses: ({ listPolicy = {} }, of) => {
      const { allowedValues, allValues } = listPolicy;
      if (allValues === 'ALLOW' || (allowedValues === undefined && allValues !== 'DENY')) return undefined;
      const region = of.region();
      if (allowedValues?.some((value) => value.replace(/^(is|in):/, '').replace(/-locations$/, '') === region))
        return undefined;
      return warning(
        `only these locations are allowed: ${allowedValues?.join(', ') ?? 'none'}`,
        `${region} and global must be among them, or in one of their groups`,
      );
    },
  },
];

/** Policies of the organization that refuse what a stack is made of. */
export async function orgPolicies(of: GcpProject, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    CONSTRAINTS.map(async ({ name, refuses }): Promise<Finding | undefined> => {
      const check = `policy: ${name}`;
      try {
        const policy = await of.google.ask<OrgPolicy>(
          'cloudresourcemanager',
          `v1/projects/${of.project}:getEffectiveOrgPolicy`,
          { constraint: `constraints/${name}` },
          signal,
        );
        const finding = refuses(policy, of);
        return finding && { ...finding, check };
      } catch (error) {
        return unread(
          wordsOf(error),
          `gcloud resource-manager org-policies describe ${name} --effective --project ${of.project}`,
          check,
        );
      }
    }),
  );
  const wrong = findings.filter((finding) => finding !== undefined);
  return wrong.length > 0 ? wrong : [ok(`none of ${CONSTRAINTS.length} refuses the stack`)];
}

function enforced({ booleanPolicy }: OrgPolicy, what: string): Finding | undefined {
  return booleanPolicy?.enforced === true
    ? failed(what, 'the policy must not be enforced for this project')
    : undefined;
}

/** Whether a list lets one of the values through: what is denied is out, and where anything is allowed by name, only that is in. */
function allows({ listPolicy = {} }: OrgPolicy, values: readonly string[]): boolean {
  const { allValues, allowedValues = [], deniedValues = [] } = listPolicy;
  const has = (list: readonly string[]): boolean =>
    list.some((each) => values.includes(each.replace(/^(is|under|in):/, '')));
  if (allValues === 'DENY' || has(deniedValues)) return false;
  return allowedValues.length === 0 || has(allowedValues);
}
