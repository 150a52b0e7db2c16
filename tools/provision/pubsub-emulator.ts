import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** How Google's Pub/Sub emulator comes to a machine; its packages are Google's own, so the launcher does not fetch it. */
export const PUBSUB_EMULATOR_INSTALLATION =
  'gcloud components install pubsub-emulator (or the package google-cloud-cli-pubsub-emulator of Google’s apt repository)';

/** Where the Cloud SDK is installed to, by its packages, its archive and its snap. */
const SDK_DIRECTORIES = [
  '/usr/lib/google-cloud-sdk',
  '/usr/share/google-cloud-sdk',
  '/opt/google-cloud-sdk',
  '/snap/google-cloud-cli/current',
  path.join(os.homedir(), 'google-cloud-sdk'),
];

/** Path of the emulator's jar in the Cloud SDK (`$CLOUDSDK_ROOT_DIR` first); undefined when it is not here. */
export function findPubsubEmulator(): string | undefined {
  const own = process.env.CLOUDSDK_ROOT_DIR;
  for (const sdk of [...(own ? [own] : []), ...SDK_DIRECTORIES]) {
    const directory = path.join(sdk, 'platform/pubsub-emulator/lib');
    if (!fs.existsSync(directory)) continue;
    const jar = fs.readdirSync(directory).find((name) => /^cloud-pubsub-emulator-.*-all\.jar$/.test(name));
    if (jar !== undefined) return path.join(directory, jar);
  }
  return undefined;
}
