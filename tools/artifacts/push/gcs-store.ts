import { withBackoff } from '../../../services/program/retry';
import { PassingFailure, type Gcs } from '../bootstrap/gcs-api';
import { Failure } from '../../failure';
import { readStretch, type CheckedFile } from './checked-file';
import { UploadSessions } from './gcs-sessions';
import type { ObjectStore, Outcome, Transfer } from './object-store';

interface StoredObject {
  readonly size?: string;
  readonly md5Hash?: string;
}

/** Where a session stands: bytes that are kept, or the finished object. */
type Progress = { readonly offset: number } | { readonly stored: StoredObject };

/** Answers of a session that no longer is one (Cloud Storage, "Resumable uploads": it lives a week). */
const GONE = [404, 410];
const GO_ON = 308;

/**
 * The bootstrap bucket in Cloud Storage. An object is sent in chunks through a resumable session, whose URI is kept below the cache
 * directory: another run asks the session how much it has and goes on from there.
 */
export class GcsStore implements ObjectStore {
  readonly url: string;
  /** Chunks of one object go one after the other: with chunks of 8 MiB, 32 MiB in memory. */
  readonly objectsAtOnce = 4;
  private readonly sessions: UploadSessions;

  constructor(
    private readonly gcs: Gcs,
    private readonly bucket: string,
  ) {
    this.url = `gs://${bucket}`;
    this.sessions = new UploadSessions(bucket);
  }

  async open(): Promise<void> {
    const { bucket } = this;
    const permission = 'storage.objects.list';
    await this.gcs.call({ method: 'GET', url: `/storage/v1/b/${bucket}/o?maxResults=1`, bucket, permission });
  }

  async holds(file: CheckedFile, signal: AbortSignal): Promise<boolean> {
    const { status, json } = await this.gcs.call({
      method: 'GET',
      url: `/storage/v1/b/${this.bucket}/o/${encodeURIComponent(file.key)}`,
      ...this.about(file, 'storage.objects.get'),
      answers: [404],
      signal,
    });
    if (status === 404 || !isSame(json as StoredObject, file)) return false;
    this.sessions.forget(file);
    return true;
  }

  async send(file: CheckedFile, transfer: Transfer): Promise<Outcome> {
    const known = this.sessions.find(file);
    if (known !== undefined) {
      const progress = await this.askKnown(known, file, transfer.signal);
      if (progress !== undefined) {
        const kept = 'offset' in progress ? progress.offset : file.bytes;
        transfer.kept(kept);
        if (await this.goOn(known, file, progress, transfer)) return kept > 0 ? 'resumed' : 'uploaded';
        transfer.kept(-kept);
      }
      this.sessions.forget(file);
    }
    const begun = await this.begin(file, transfer.signal);
    this.sessions.keep(file, begun);
    if (await this.goOn(begun, file, { offset: 0 }, transfer)) return 'uploaded';
    this.sessions.forget(file);
    throw new Failure(`${this.url}/${file.key}: Cloud Storage has ended the upload; run it again`);
  }

  close(): void {
    // Nothing stays open between two calls.
  }

  private async begin(file: CheckedFile, signal: AbortSignal): Promise<string> {
    const { headers } = await this.gcs.call({
      method: 'POST',
      url: `/upload/storage/v1/b/${this.bucket}/o?uploadType=resumable&name=${encodeURIComponent(file.key)}`,
      headers: {
        'x-upload-content-type': 'application/octet-stream',
        'x-upload-content-length': String(file.bytes),
      },
      // Cloud Storage makes no object of bytes that have another sum ("Data validation").
      body: { name: file.key, contentType: 'application/octet-stream', md5Hash: file.md5 },
      ...this.about(file, 'storage.objects.create (and storage.objects.delete, where it replaces one)'),
      signal,
    });
    const uri = headers.get('location');
    if (!uri) throw new Failure(`${this.url}/${file.key}: Cloud Storage began an upload without a session`);
    return uri;
  }

  /** Sends the rest, chunk by chunk. @returns whether the object is there; if not, the session is gone */
  private async goOn(uri: string, file: CheckedFile, from: Progress, transfer: Transfer): Promise<boolean> {
    let progress: Progress | undefined = from;
    while (progress !== undefined && 'offset' in progress) {
      const { offset }: { readonly offset: number } = progress;
      progress = await this.next(uri, file, offset, transfer.signal);
      if (progress !== undefined) transfer.sent(('offset' in progress ? progress.offset : file.bytes) - offset);
    }
    if (progress === undefined) return false;
    this.sessions.forget(file);
    if (isSame(progress.stored, file)) return true;
    const { size, md5Hash } = progress.stored;
    throw new Failure(
      `${this.url}/${file.key}: Cloud Storage holds ${size} bytes with the MD5 ${md5Hash}, not the file`,
    );
  }

  /** Sends one chunk. After a failure that passes, the session says how much of it was kept. */
  private async next(
    uri: string,
    file: CheckedFile,
    offset: number,
    signal: AbortSignal,
  ): Promise<Progress | undefined> {
    let hasFailed = false;
    return withBackoff(
      async () => {
        if (hasFailed) {
          const progress = await this.ask(uri, file, signal);
          if (progress === undefined || 'stored' in progress || progress.offset !== offset) return progress;
        }
        hasFailed = true;
        const length = Math.min(file.partBytes, file.bytes - offset);
        const chunk = await readStretch(file.file, offset, length);
        const last = offset + length - 1;
        const range = `bytes ${length === 0 ? '*' : `${offset}-${last}`}/${file.bytes}`;
        const progress = await this.put(uri, file, range, chunk, signal);
        if (progress !== undefined && 'offset' in progress && progress.offset === offset) {
          throw new PassingFailure(`${this.url}/${file.key}: Cloud Storage has kept nothing of what was sent`);
        }
        return progress;
      },
      { passes: (error) => error instanceof PassingFailure, signal },
    );
  }

  /** A session of an earlier run that is refused, whatever for, is as good as gone: a new one says what is wrong. */
  private async askKnown(uri: string, file: CheckedFile, signal: AbortSignal): Promise<Progress | undefined> {
    try {
      return await this.ask(uri, file, signal);
    } catch (error) {
      if (error instanceof Failure && !(error instanceof PassingFailure)) return undefined;
      throw error;
    }
  }

  private ask(uri: string, file: CheckedFile, signal: AbortSignal): Promise<Progress | undefined> {
    return withBackoff(() => this.put(uri, file, `bytes */${file.bytes}`, new Uint8Array(), signal), {
      passes: (error) => error instanceof PassingFailure,
      signal,
    });
  }

  private async put(
    uri: string,
    file: CheckedFile,
    range: string,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Progress | undefined> {
    const { status, headers, json } = await this.gcs.callOnce({
      method: 'PUT',
      url: uri,
      headers: { 'content-range': range },
      body,
      ...this.about(file, 'storage.objects.create'),
      answers: [GO_ON, ...GONE],
      signal,
    });
    if (GONE.includes(status)) return undefined;
    if (status !== GO_ON) return { stored: json as StoredObject };
    // Without the header nothing was kept yet.
    const last = /^bytes=0-(\d+)$/.exec(headers.get('range') ?? '')?.[1];
    return { offset: last === undefined ? 0 : Number(last) + 1 };
  }

  private about({ key }: CheckedFile, permission: string) {
    return { bucket: this.bucket, key, permission };
  }
}

function isSame({ size, md5Hash }: StoredObject, file: CheckedFile): boolean {
  return size === String(file.bytes) && md5Hash === file.md5;
}
