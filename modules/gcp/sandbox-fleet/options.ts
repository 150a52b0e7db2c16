import { checkLabels } from '../foundation/labels';
import { checkBaseImage } from '../machine/machine';
import { InvalidPropError } from '../../props/invalid-prop';
import type { ResolvedSandboxFleetProps } from '../../sandbox-fleet/resolve';

/** Where images lie in the bootstrap bucket: content-addressed, so a fleet may read them all. */
export const IMAGE_PREFIX = 'images/';

/** Checks what GCP limits beyond the portable rules. @throws InvalidPropError naming the prop, its value and the fix */
export function checkGcpFleet(props: ResolvedSandboxFleetProps): void {
  checkLabels('tags', props.tags);
  checkBaseImage(props.baseImage);
  props.imageKeys.forEach((key, index) => {
    if (!key.startsWith(IMAGE_PREFIX)) {
      throw new InvalidPropError(
        `imageKeys[${index}]`,
        key,
        `must begin with "${IMAGE_PREFIX}": an IAM condition cannot name each of them (12 operators at most)`,
      );
    }
  });
}
