import { failed, ok, type Finding } from '../check';
import { needed } from '../values';
import { unlessAbsent } from './google';
import type { GcpProject } from './project';

/** Of the event store (Memorystore for Valkey, "Networking"). */
const SERVICE_CLASS = 'gcp-memorystore';

/** The existing network: its subnetwork reaches Google's APIs, and lets the event store in. */
export async function network(of: GcpProject, signal: AbortSignal): Promise<readonly Finding[]> {
  const { settings, values, google, project } = of;
  if (!settings.existingNetwork) return [ok('the stack makes its own')];
  const region = of.region();
  const name = needed(values, 'subnetwork').split('/').at(-1)!;
  const owner = /projects\/([^/]+)\//.exec(values.subnetwork!)?.[1] ?? project;
  const path = `compute/v1/projects/${owner}/regions/${region}/subnetworks/${encodeURIComponent(name)}`;
  const subnetwork = await unlessAbsent(
    google.get<{ network: string; privateIpGoogleAccess?: boolean }>('compute', path, signal),
  );
  if (subnetwork === undefined) {
    const list = `gcloud compute networks subnets list --regions ${region} --project ${owner} shows them; --var subnetwork=`;
    return [failed(`there is no subnetwork ${name} in ${region}`, list)];
  }
  const given = needed(values, 'network').split('/').at(-1);
  if (subnetwork.network.split('/').at(-1) !== given) {
    return [failed(`${name} is of network ${subnetwork.network.split('/').at(-1)}, not ${given}`, '--var network=')];
  }
  const findings: Finding[] = [];
  if (subnetwork.privateIpGoogleAccess !== true) {
    const update = `gcloud compute networks subnets update ${name} --region ${region} --enable-private-ip-google-access --project ${owner}`;
    findings.push(failed(`machines without an address cannot reach Google’s APIs from ${name}`, update));
  }
  if (settings.playground && !(await admitsEventStores(of, given!, signal))) {
    const create = `gcloud network-connectivity service-connection-policies create sandpiper --network ${given} --region ${region} --service-class ${SERVICE_CLASS} --subnets ${name} --project ${project}`;
    findings.push(
      failed(`${given} has no service connection policy of the class ${SERVICE_CLASS} in ${region}`, create),
    );
  }
  return findings.length > 0 ? findings : [ok(`${given}, ${name}`)];
}

async function admitsEventStores(of: GcpProject, network: string, signal: AbortSignal): Promise<boolean> {
  const { serviceConnectionPolicies = [] } = await of.google.get<{
    serviceConnectionPolicies?: { serviceClass: string; network: string }[];
  }>('networkconnectivity', `v1/projects/${of.project}/locations/${of.region()}/serviceConnectionPolicies`, signal);
  return serviceConnectionPolicies.some(
    (policy) => policy.serviceClass === SERVICE_CLASS && policy.network.split('/').at(-1) === network,
  );
}
