import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { failed, ok, type Finding } from '../check';
import type { AwsAccount } from './account';

/** Account of the Debian project's own images (wiki.debian.org, Cloud/AmazonEC2Image/Bookworm). */
const DEBIAN = '136693071363';

/** The image of the instances: the one that is given, or Debian's newest, which EC2 finds when it starts one. */
export async function image(account: AwsAccount, signal: AbortSignal): Promise<Finding> {
  const { values, clients } = account;
  const region = account.region();
  const given = values.base_image;
  if (given) {
    const { Images = [] } = await clients.ec2.send(
      // As a filter: an id that nobody has is then no error.
      new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: [given] }] }),
      { abortSignal: signal },
    );
    const [found] = Images;
    return found?.State === 'available'
      ? ok(`${given}, ${found.Name ?? ''}`)
      : failed(
          `${given} is not available in ${region}`,
          'base_image must be an AMI of the region that this account may use',
        );
  }
  const { resources } = await account.stack;
  const images = resources
    .filter(({ type }) => type === 'aws_launch_template')
    .map(({ body }) => String(body.image_id));
  const architectures = new Set(images.flatMap((id) => /\/debian\/release\/12\/latest\/(\w+)/.exec(id)?.[1] ?? []));
  const findings: string[] = [];
  for (const architecture of architectures) {
    const newest = await newestOfDebian(account, architecture, signal);
    if (newest === undefined) {
      return failed(
        `account ${DEBIAN} (Debian) offers no image for ${architecture} in ${region}`,
        `--var base_image=, a Debian 12 AMI of yours: aws ec2 copy-image`,
      );
    }
    findings.push(`${newest.ImageId ?? ''}, ${newest.Name ?? ''}`);
  }
  return ok(findings.length === 0 ? 'the stack asks for none' : `newest now: ${findings.join('; ')}`);
}

/** What Debian's public parameters name in a region. */
async function newestOfDebian({ clients }: AwsAccount, architecture: string, signal: AbortSignal) {
  const Filters = [{ Name: 'name', Values: [`debian-12-${architecture}-*`] }];
  const { Images = [] } = await clients.ec2.send(new DescribeImagesCommand({ Owners: [DEBIAN], Filters }), {
    abortSignal: signal,
  });
  return Images.sort((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''))[0];
}
