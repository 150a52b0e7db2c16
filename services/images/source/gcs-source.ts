import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { GoogleAuth, PassThroughClient } from 'google-auth-library';
import { ObjectRefusedError, REFUSED, type ObjectSource } from './object-source';

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_only';
const GOOGLE = 'https://storage.googleapis.com';

/** A bucket of Cloud Storage, read as the machine's service account. `STORAGE_EMULATOR_HOST` names a simulator, as with Google's own clients. */
export function gcsSource(bucket: string, emulator = process.env.STORAGE_EMULATOR_HOST): ObjectSource {
  // A simulator needs no identity, and none is looked for.
  const auth = emulator ? new GoogleAuth({ authClient: new PassThroughClient() }) : new GoogleAuth({ scopes: SCOPE });
  const name = `gs://${bucket}`;
  return {
    name,
    read: async (key, offset, signal) => {
      const headers = new Headers(await (await auth.getClient()).getRequestHeaders());
      if (offset > 0) headers.set('range', `bytes=${offset}-`);
      const url = `${emulator ?? GOOGLE}/storage/v1/b/${bucket}/o/${encodeURIComponent(key)}?alt=media`;
      const answer = await fetch(url, { headers, signal });
      if (answer.ok && answer.body !== null) {
        // A server that passes over the range would have the file begin anew in its middle.
        if (offset > 0 && answer.status !== 206) throw new Error(`${name}: answers ${answer.status} to a range`);
        return Readable.fromWeb(answer.body as ReadableStream);
      }
      const reason = (await answer.text()).slice(0, 200).trim();
      if (REFUSED.includes(answer.status)) throw new ObjectRefusedError(name, key, `${answer.status} ${reason}`);
      throw new Error(`${name}/${key}: ${answer.status} ${reason}`);
    },
    close: () => {},
  };
}
