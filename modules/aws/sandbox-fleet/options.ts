import { checkTags } from '../foundation/tags';
import { checkBaseImage } from '../machine/debian-image';
import { InvalidPropError } from '../../props/invalid-prop';
import type { MachineSize } from '../../machine/capacity';
import type { ResolvedSandboxFleetProps } from '../../sandbox-fleet/resolve';

/**
 * Types of each size, alike in processors and memory: the more there are, the more seldom all their spot capacity is gone at once.
 * They cost alike, so the order says nothing (allocation is price-capacity-optimized).
 */
export const INSTANCE_TYPES: Readonly<Record<MachineSize, readonly [string, ...string[]]>> = {
  small: ['t3.small', 't3a.small'],
  medium: ['m6i.large', 'm6a.large', 'm5.large', 'm7i.large'],
  large: ['m6i.xlarge', 'm6a.xlarge', 'm5.xlarge', 'm7i.xlarge'],
  xlarge: ['m6i.2xlarge', 'm6a.2xlarge', 'm5.2xlarge', 'm7i.2xlarge'],
};

/** A role's inline policies hold 10240 characters (IAM and AWS STS quotas); each image takes one ARN of about 130. */
const MAXIMUM_IMAGES = 60;

/** Checks what AWS limits beyond the portable rules. @throws InvalidPropError naming the prop, its value and the fix */
export function checkAwsFleet(props: ResolvedSandboxFleetProps): void {
  checkTags('tags', props.tags);
  checkBaseImage(props.baseImage);
  if (props.imageKeys.length > MAXIMUM_IMAGES) {
    throw new InvalidPropError(
      'imageKeys',
      `${props.imageKeys.length} keys`,
      `are more than a role can name; at most ${MAXIMUM_IMAGES}: offer fewer language versions`,
    );
  }
}
