import { gcpBootstrapBucketName } from '../../../contracts/bootstrap-bucket';
import { ok, type Finding } from '../check';
import { needsBucket, pushedObjects, type Manifests } from '../pushed-objects';
import { unlessAbsent } from './google';
import type { GcpProject } from './project';

/** The bootstrap bucket, and what the stack's machines fetch from it. */
export async function artifacts(
  of: GcpProject,
  signal: AbortSignal,
  manifests?: Manifests,
): Promise<readonly Finding[]> {
  const { settings, google, project } = of;
  if (!needsBucket(settings)) return [ok('the stack uploads all that it needs (PLAYGROUND=true needs more)')];
  const { application } = settings;
  const bucket = gcpBootstrapBucketName({ project, application });
  const flags = `--project ${project} --application ${application}`;
  const path = `storage/v1/b/${encodeURIComponent(bucket)}`;
  return pushedObjects(
    {
      bucket,
      bootstrap: `./sandpiper bootstrap gcp ${flags} --region ${of.values.gcp_region ?? 'REGION'}`,
      push: `./sandpiper push gcp ${flags}`,
      exists: async () => (await unlessAbsent(google.get<object>('storage', path, signal))) !== undefined,
      size: async (key) => {
        const object = await unlessAbsent(
          google.get<{ size: string }>('storage', `${path}/o/${encodeURIComponent(key)}`, signal),
        );
        return object === undefined ? undefined : Number(object.size);
      },
    },
    settings,
    manifests,
  );
}
