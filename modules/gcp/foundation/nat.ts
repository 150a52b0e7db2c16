import { ComputeRouter } from '@cdktf/provider-google/lib/compute-router';
import { ComputeRouterNat } from '@cdktf/provider-google/lib/compute-router-nat';
import type { Construct } from 'constructs';

/** Cloud NAT of one subnetwork, with addresses that Google chooses. */
export function addNat(
  scope: Construct,
  name: string,
  { network, subnetwork }: { readonly network: string; readonly subnetwork: string },
): void {
  const router = new ComputeRouter(scope, 'router', {
    name: `${name}-nat`,
    description: 'Carries Cloud NAT',
    network,
  });
  new ComputeRouterNat(scope, 'nat', {
    name: `${name}-nat`,
    router: router.name,
    natIpAllocateOption: 'AUTO_ONLY',
    sourceSubnetworkIpRangesToNat: 'LIST_OF_SUBNETWORKS',
    subnetwork: [{ name: subnetwork, sourceIpRangesToNat: ['PRIMARY_IP_RANGE'] }],
    logConfig: { enable: true, filter: 'ERRORS_ONLY' },
  });
}
