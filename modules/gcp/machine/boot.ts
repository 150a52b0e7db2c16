import type { MachineSpec } from '../../../contracts/machine-spec';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import { journalLogName } from '../foundation/log-bucket';
import type { GcpPart } from '../foundation/part';

/** What the boot script of every machine of a part says alike. */
export function specOf(part: GcpPart) {
  const { id, platform } = part;
  return {
    schemaVersion: 1,
    cloud: 'gcp',
    region: platform.region,
    project: platform.project,
    service: id,
    environmentName: platform.environment,
    logs: { logName: journalLogName(part) },
  } as const satisfies Partial<MachineSpec>;
}

/** How a machine finds an object. */
export function storedObject({ bucket, key, sha256 }: StoredArtifact): MachineSpec['hostAgent'] {
  return { bucket, key, sha256 };
}
