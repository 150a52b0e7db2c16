import { failed, ok, type Finding } from '../check';
import type { GcpProject } from './project';

/** Whether the region exists and is up. */
export async function region(of: GcpProject, signal: AbortSignal): Promise<Finding> {
  const name = of.region();
  const found = await of.regionAnswer(signal);
  if (found === undefined) {
    return failed(
      `${name} is no region`,
      `gcloud compute regions list --project ${of.project} shows them; --var gcp_region=`,
    );
  }
  return found.status === 'UP'
    ? ok(`${name}, ${found.zones?.length ?? 0} zones`)
    : failed(`${name} is ${found.status}`, '--var gcp_region=, another region');
}
