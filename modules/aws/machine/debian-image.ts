import { Fn, Op, Token, type IResolvable } from 'cdktf';
import { InvalidPropError } from '../../props/invalid-prop';
import { isKnown } from '../../props/known';
import type { Architecture } from '../../machine/artifact';

/**
 * Public parameters that hold the id of Debian 12's newest image in each region (wiki.debian.org, Cloud/AmazonEC2Image/Bookworm). EC2 reads them
 * whenever it starts an instance ("Use AWS Systems Manager parameters instead of AMI IDs in launch templates").
 */
const NEWEST: Readonly<Record<Architecture, string>> = {
  x64: 'resolve:ssm:/aws/service/debian/release/12/latest/amd64',
  arm64: 'resolve:ssm:/aws/service/debian/release/12/latest/arm64',
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

/** The image that was given; else Debian 12's newest, which EC2 finds at each start. A Terraform value may be null, which means the newest. */
export function imageOf({ baseImage, architecture }: ImageProps): string {
  if (isKnown(baseImage)) return baseImage;
  return baseImage === undefined ? NEWEST[architecture] : Fn.coalesce([baseImage, NEWEST[architecture]]);
}

/**
 * Whether an instance refresh may go back by itself. Of a template whose image is a parameter AWS refuses to (API reference, RefreshPreferences):
 * such a refresh stops, and the instances that were not replaced yet go on.
 */
export function mayRollBack(baseImage: string | undefined): boolean | IResolvable {
  return isKnown(baseImage) ? true : baseImage === undefined ? false : Op.neq(baseImage, Token.nullValue());
}
