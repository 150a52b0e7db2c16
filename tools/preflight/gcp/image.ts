import { failed, ok, CheckSkipped, type Finding } from '../check';
import { unlessAbsent } from './google';
import type { GcpProject } from './project';

/** compute.images.get and getFromFamily */
interface Image {
  readonly name: string;
  readonly status: string;
  readonly deprecated?: { readonly state?: string };
}

/** What an image, or the newest of a family, is called below the API's root. */
const IMAGE = /projects\/[^/"]+\/global\/images\/(?:family\/)?[^/"]+/;

/** The image of the instances: the one that is given, or the one that the stack's templates name. */
export async function image({ google, values, stack }: GcpProject, signal: AbortSignal): Promise<Finding> {
  const path = IMAGE.exec(values.base_image ?? (await sourceImage(stack)))?.[0];
  if (path === undefined) {
    return failed(
      `base_image: ${JSON.stringify(values.base_image)} is no self link of an image`,
      '--var base_image=projects/PROJECT/global/images/NAME',
    );
  }
  const found = await unlessAbsent(google.get<Image>('compute', `compute/v1/${path}`, signal));
  const fix = '--var base_image=, the self link of a Debian 12 image that this project may use';
  if (found === undefined) return failed(`there is no ${path}`, fix);
  if (found.status !== 'READY') return failed(`${found.name} is ${found.status}`, fix);
  const state = found.deprecated?.state;
  return state === 'OBSOLETE' || state === 'DELETED' ? failed(`${found.name} is ${state}`, fix) : ok(found.name);
}

async function sourceImage(stack: GcpProject['stack']): Promise<string> {
  const template = (await stack).resources.find(({ type }) => type === 'google_compute_region_instance_template');
  const boot = (template?.body.disk as { source_image?: string }[] | undefined)?.find((disk) => disk.source_image);
  if (boot?.source_image === undefined) throw new CheckSkipped('the stack names no image');
  return boot.source_image;
}
