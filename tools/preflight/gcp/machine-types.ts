import { failed, ok, CheckSkipped, warning, type Finding } from '../check';
import { unlessAbsent } from './google';
import { machineGroups } from './machines';
import type { GcpProject } from './project';

/** Whether the machines' types are offered in the zones that they stand in. */
export async function machineTypes(of: GcpProject, signal: AbortSignal): Promise<readonly Finding[]> {
  const groups = machineGroups(await of.stack, of.values);
  const zones = await zonesOf(of, signal);
  const findings = await Promise.all(
    [...new Set(groups.map(({ machineType }) => machineType))].map(async (type): Promise<Finding | undefined> => {
      const sizes = await Promise.all(zones.map((zone) => guestCpus(of, zone, type, signal)));
      const without = zones.filter((_, index) => sizes[index] === undefined);
      const fix = '--var gcp_region=, another region; or another machine type of the service';
      if (without.length === zones.length) return failed(`${type} is offered in none of ${zones.join(', ')}`, fix);
      // A regional group spreads over all zones, and fails to where its machines are not to be had.
      return without.length > 0 ? warning(`${type} is not offered in ${without.join(', ')}`, fix) : undefined;
    }),
  );
  const wrong = findings.filter((finding) => finding !== undefined);
  const types = [...new Set(groups.map(({ machineType }) => machineType))];
  return wrong.length > 0 ? wrong : [ok(`${types.join(', ')} in ${zones.join(', ')}`)];
}

/** The zones of the region. */
export async function zonesOf(of: GcpProject, signal: AbortSignal): Promise<string[]> {
  const region = await of.regionAnswer(signal);
  if (region === undefined) throw new CheckSkipped(`${of.region()} is no region`);
  return (region.zones ?? []).map((link) => link.split('/').at(-1)!).sort();
}

/** vCPUs of a type as quotas count them; undefined where the zone does not offer it. */
export async function guestCpus(
  { google, project }: GcpProject,
  zone: string,
  type: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const path = `compute/v1/projects/${project}/zones/${zone}/machineTypes/${encodeURIComponent(type)}`;
  return (await unlessAbsent(google.get<{ guestCpus: number }>('compute', path, signal)))?.guestCpus;
}
