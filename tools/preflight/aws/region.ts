import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { failed, ok, type Finding } from '../check';
import type { AwsAccount } from './account';

/** Whether the region exists and the account has opted into it. */
export async function region(account: AwsAccount, signal: AbortSignal): Promise<Finding> {
  const name = account.region();
  const { Regions = [] } = await account.clients.home.send(new DescribeRegionsCommand({ AllRegions: true }), {
    abortSignal: signal,
  });
  const found = Regions.find(({ RegionName }) => RegionName === name);
  if (found === undefined) {
    const enabled = Regions.filter(({ OptInStatus }) => OptInStatus !== 'not-opted-in').map((each) => each.RegionName);
    return failed(`${name} is no region of this partition`, `--var aws_region=, one of ${enabled.sort().join(', ')}`);
  }
  return found.OptInStatus === 'not-opted-in'
    ? failed(`${name} is not enabled in the account`, `aws account enable-region --region-name ${name}`)
    : ok(`${name}, ${found.OptInStatus ?? 'enabled'}`);
}
