import { DescribeImagesCommand, type Filter } from '@aws-sdk/client-ec2';
import { failed, ok, type Finding } from '../check';
import type { AwsAccount } from './account';

/** The image of the instances: the one that is given, or the newest that the stack's own questions find. */
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
  const { data } = await account.stack;
  // One for each service, all alike.
  const question = data.find(({ type }) => type === 'aws_ami')?.body;
  if (question === undefined) return ok('the stack asks for none');
  const filters = (question.filter as { name: string; values: string[] }[]).map(
    ({ name, values: allowed }): Filter => ({ Name: name, Values: allowed }),
  );
  const owners = question.owners as string[];
  const { Images = [] } = await clients.ec2.send(new DescribeImagesCommand({ Owners: owners, Filters: filters }), {
    abortSignal: signal,
  });
  const [newest] = Images.sort((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''));
  return newest === undefined
    ? failed(
        `account ${owners.join(', ')} (Debian) offers no such image in ${region}`,
        `--var base_image=, a Debian 12 AMI of yours: aws ec2 copy-image`,
      )
    : ok(`${newest.ImageId ?? ''}, ${newest.Name ?? ''}`);
}
