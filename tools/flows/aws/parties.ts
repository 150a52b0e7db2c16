import type { Party } from '../flow';
import type { Plan, Resource } from '../../plan/plan';
import { findEndpoints, type Endpoint } from './endpoints';
import { findMachines, nameOf, type Machines } from './machines';
import { findMembers } from './security-groups';

/** Something in the VPC that carries security groups. */
export interface Member {
  readonly party: Party;
  readonly resource: Resource;
  readonly machines?: Machines;
  readonly endpoint?: Endpoint;
}

/** Everything in the VPC. */
export interface Vpc {
  readonly machines: readonly Machines[];
  readonly endpoints: readonly Endpoint[];
  /** Who carries a security group. */
  readonly members: (group: Resource) => readonly Member[];
}

export function findParties(plan: Plan): Vpc {
  const machines = findMachines(plan);
  const endpoints = findEndpoints(plan);
  const known = new Map<string, readonly Member[]>();
  const toMembers = (resource: Resource): readonly Member[] => {
    const made = machines.filter((one) => one.templates.some(({ address }) => address === resource.address));
    if (made.length > 0) return made.map((one) => ({ party: one.party, resource: one.resource, machines: one }));
    const endpoint = endpoints.find((one) => one.resource.address === resource.address);
    return [{ party: endpoint ? endpointParty(endpoint) : partyOf(resource), resource, endpoint }];
  };
  return {
    machines,
    endpoints,
    members: (group) => {
      const found = known.get(group.address) ?? findMembers(plan, group).flatMap(toMembers);
      known.set(group.address, found);
      return found;
    },
  };
}

export function endpointParty({ service, isGateway }: Endpoint): Party {
  return { name: `${service} (${isGateway ? 'gateway' : 'interface'} endpoint)`, kind: 'cloud' };
}

export const EVENT_STORES = ['aws_elasticache_replication_group', 'aws_elasticache_serverless_cache'];
export const OPERATORS_TUNNEL = 'aws_ec2_instance_connect_endpoint';

function partyOf(resource: Resource): Party {
  const { type, address } = resource;
  if (EVENT_STORES.includes(type)) return { name: 'event store', kind: 'cloud' };
  if (type === 'aws_lb') return { name: `load balancer of ${nameOf(resource)}`, kind: 'front' };
  if (type === OPERATORS_TUNNEL) return { name: "operators' tunnel", kind: 'outside' };
  return { name: address, kind: 'outside' };
}
