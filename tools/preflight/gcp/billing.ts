import { failed, ok, type Finding } from '../check';
import type { GcpProject } from './project';

/** Whether somebody pays: without billing Compute Engine refuses everything. */
export async function billing({ google, project }: GcpProject, signal: AbortSignal): Promise<Finding> {
  const { billingEnabled, billingAccountName = '' } = await google.get<{
    billingEnabled?: boolean;
    billingAccountName?: string;
  }>('cloudbilling', `v1/projects/${project}/billingInfo`, signal);
  if (billingEnabled === true) return ok(billingAccountName);
  return failed(
    billingAccountName === '' ? 'no billing account is linked' : `${billingAccountName} is closed`,
    `gcloud billing projects link ${project} --billing-account=ACCOUNT`,
  );
}
