import { DataAwsAmi } from '@cdktf/provider-aws/lib/data-aws-ami';
import { Fn } from 'cdktf';
import type { Construct } from 'constructs';
import { InvalidPropError } from '../../props/invalid-prop';
import { isKnown } from '../../props/known';
import type { Architecture } from '../../machine/artifact';

/** Account of the Debian project's own images (wiki.debian.org, Cloud/AmazonEC2Image/Bookworm). */
const DEBIAN_ACCOUNT = '136693071363';

const ARCHITECTURES: Readonly<Record<Architecture, { readonly name: string; readonly ec2: string }>> = {
  x64: { name: 'amd64', ec2: 'x86_64' },
  arm64: { name: 'arm64', ec2: 'arm64' },
};

/** What an image is asked for by. */
interface ImageProps {
  /** @default - the newest Debian 12 */
  readonly baseImage?: string;
  readonly architecture: Architecture;
}

/** @throws InvalidPropError unless a known image is an AMI id */
export function checkBaseImage(baseImage: string | undefined): void {
  if (isKnown(baseImage) && !/^ami-[0-9a-f]{8,17}$/.test(baseImage)) {
    throw new InvalidPropError('baseImage', baseImage, 'must be an AMI id, such as "ami-0123456789abcdef0"');
  }
}

/** The image that was given, else Debian 12's newest. A Terraform value may be null, which means the newest. */
export function imageOf(scope: Construct, { baseImage, architecture }: ImageProps): string {
  if (isKnown(baseImage)) return baseImage;
  const { name, ec2 } = ARCHITECTURES[architecture];
  const newest = new DataAwsAmi(scope, 'debian', {
    owners: [DEBIAN_ACCOUNT],
    mostRecent: true,
    filter: [
      { name: 'name', values: [`debian-12-${name}-*`] },
      { name: 'architecture', values: [ec2] },
      { name: 'virtualization-type', values: ['hvm'] },
      { name: 'root-device-type', values: ['ebs'] },
    ],
  });
  return baseImage === undefined ? newest.imageId : Fn.coalesce([baseImage, newest.imageId]);
}
