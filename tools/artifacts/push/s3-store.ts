import { createHash } from 'node:crypto';
import {
  CreateMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { AwsAccount } from '../bootstrap/aws-account';
import { nameOf, statusOf, telling } from '../bootstrap/aws-errors';
import { Failure } from '../../failure';
import { partRange, readPart, type CheckedFile } from './checked-file';
import { inParallel } from './in-parallel';
import type { ObjectStore, Outcome, Transfer } from './object-store';

/** Parts of the one object under way: with parts of 8 MiB, 32 MiB in memory. */
const PARTS_AT_ONCE = 4;

/**
 * The bootstrap bucket in S3. An object of more than one part is a multipart upload whose parts S3 checks by their SHA-256; one that
 * was interrupted is found by its key, and its parts count where their sums are those of the file.
 */
export class S3Store implements ObjectStore {
  readonly url: string;
  readonly objectsAtOnce = 1;
  /** Ids of unfinished uploads, by key. */
  private readonly unfinished = new Map<string, string>();

  constructor(private readonly account: AwsAccount) {
    this.url = `s3://${account.bucket}`;
  }

  async open(): Promise<void> {
    const newest = new Map<string, Date>();
    let after: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } | undefined = {};
    while (after !== undefined) {
      const list: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({ ...this.at(), ...after });
      const page = await this.told('s3:ListBucketMultipartUploads', undefined, () => this.account.s3.send(list));
      for (const { Key = '', UploadId, Initiated = new Date(0), ChecksumAlgorithm } of page.Uploads ?? []) {
        // Parts of an upload that was begun without this algorithm carry no such sum, and none can be added.
        if (UploadId === undefined || ChecksumAlgorithm !== 'SHA256' || Initiated < (newest.get(Key) ?? 0)) continue;
        newest.set(Key, Initiated);
        this.unfinished.set(Key, UploadId);
      }
      const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
      after = IsTruncated ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker } : undefined;
    }
  }

  async holds(file: CheckedFile, signal: AbortSignal): Promise<boolean> {
    return this.told('s3:GetObject and s3:ListBucket', file.key, async () => {
      try {
        const head = new HeadObjectCommand({ ...this.at(file.key), ChecksumMode: 'ENABLED' });
        const { ContentLength, ChecksumSHA256 } = await this.account.s3.send(head, { abortSignal: signal });
        return ContentLength === file.bytes && isSumOf(file, ChecksumSHA256);
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw error;
      }
    });
  }

  async send(file: CheckedFile, transfer: Transfer): Promise<Outcome> {
    if (file.partSums.length === 1) return this.sendWhole(file, transfer);
    try {
      return await this.sendInParts(file, transfer, this.unfinished.get(file.key));
    } catch (error) {
      if (!(error instanceof UploadGone)) throw error;
      // Somebody finished it or threw it away in the meantime.
      if (await this.holds(file, transfer.signal)) return 'there';
      return this.sendInParts(file, transfer, undefined);
    }
  }

  close(): void {
    this.account.s3.destroy();
  }

  private async sendWhole(file: CheckedFile, { signal, sent }: Transfer): Promise<Outcome> {
    const Body = await readPart(file, 0);
    await this.told('s3:PutObject', file.key, () =>
      this.account.s3.send(
        new PutObjectCommand({
          ...this.at(file.key),
          Body,
          ContentType: 'application/octet-stream',
          ChecksumAlgorithm: 'SHA256',
          ChecksumSHA256: sumOf(file),
        }),
        { abortSignal: signal },
      ),
    );
    sent(file.bytes);
    return 'uploaded';
  }

  private async sendInParts(file: CheckedFile, transfer: Transfer, begun: string | undefined): Promise<Outcome> {
    const parts = begun === undefined ? new Map<number, CompletedPart>() : await this.partsThere(file, begun);
    for (const index of parts.keys()) transfer.kept(partRange(file, index).length);
    const UploadId = begun ?? (await this.begin(file, transfer.signal));
    const missing = [...file.partSums.keys()].filter((index) => !parts.has(index));
    await inParallel(missing, { atOnce: PARTS_AT_ONCE, signal: transfer.signal }, async (index, signal) => {
      const part = { PartNumber: index + 1, ChecksumSHA256: file.partSums[index]!.toString('base64') };
      const Body = await readPart(file, index);
      const upload = new UploadPartCommand({
        ...this.at(file.key),
        ...part,
        UploadId,
        Body,
        ChecksumAlgorithm: 'SHA256',
      });
      const { ETag } = await this.ofUpload('s3:PutObject', file.key, () =>
        this.account.s3.send(upload, { abortSignal: signal }),
      );
      parts.set(index, { ...part, ETag });
      transfer.sent(Body.length);
    });
    const Parts = [...parts.entries()].sort(([one], [other]) => one - other).map(([, part]) => part);
    const complete = new CompleteMultipartUploadCommand({
      ...this.at(file.key),
      UploadId,
      MultipartUpload: { Parts },
    });
    const { ChecksumSHA256 } = await this.ofUpload('s3:PutObject', file.key, () =>
      this.account.s3.send(complete, { abortSignal: transfer.signal }),
    );
    if (ChecksumSHA256 !== undefined && !isSumOf(file, ChecksumSHA256)) {
      throw new Failure(`${this.url}/${file.key}: S3 holds it with the sum ${ChecksumSHA256}, not ${sumOf(file)}`);
    }
    return parts.size > missing.length ? 'resumed' : 'uploaded';
  }

  private async begin(file: CheckedFile, signal: AbortSignal): Promise<string> {
    const create = new CreateMultipartUploadCommand({
      ...this.at(file.key),
      ContentType: 'application/octet-stream',
      ChecksumAlgorithm: 'SHA256',
      ChecksumType: 'COMPOSITE',
    });
    const { UploadId } = await this.told('s3:PutObject', file.key, () =>
      this.account.s3.send(create, { abortSignal: signal }),
    );
    if (UploadId === undefined) throw new Failure(`${this.url}/${file.key}: S3 began an upload without an id`);
    return UploadId;
  }

  /** The parts of an unfinished upload that are those of the file, by index. */
  private async partsThere(file: CheckedFile, UploadId: string): Promise<Map<number, CompletedPart>> {
    const parts = new Map<number, CompletedPart>();
    let after: { readonly PartNumberMarker?: string } | undefined = {};
    // The SDK's paginator goes by the marker, which the last page has too.
    while (after !== undefined) {
      const list: ListPartsCommand = new ListPartsCommand({ ...this.at(file.key), UploadId, ...after });
      const page = await this.ofUpload('s3:ListMultipartUploadParts', file.key, () => this.account.s3.send(list));
      for (const { PartNumber = 0, Size, ETag, ChecksumSHA256 } of page.Parts ?? []) {
        const index = PartNumber - 1;
        const sum = file.partSums[index]?.toString('base64');
        if (sum === undefined || Size !== partRange(file, index).length) continue;
        const isSame = ChecksumSHA256 === undefined ? ETag === (await etagOf(file, index)) : ChecksumSHA256 === sum;
        if (isSame) parts.set(index, { PartNumber, ETag, ChecksumSHA256: sum });
      }
      after = page.IsTruncated ? { PartNumberMarker: page.NextPartNumberMarker } : undefined;
    }
    return parts;
  }

  private at(): { Bucket: string; ExpectedBucketOwner: string };
  private at(key: string): { Bucket: string; ExpectedBucketOwner: string; Key: string };
  private at(key?: string): object {
    const { bucket, accountId } = this.account;
    return { Bucket: bucket, ExpectedBucketOwner: accountId, ...(key === undefined ? {} : { Key: key }) };
  }

  private told<T>(permission: string, key: string | undefined, work: () => Promise<T>): Promise<T> {
    return telling({ bucket: this.account.bucket, key, permission }, work);
  }

  /** A call about an unfinished upload. @throws UploadGone when there is no such upload any more */
  private ofUpload<T>(permission: string, key: string, work: () => Promise<T>): Promise<T> {
    return this.told(permission, key, async () => {
      try {
        return await work();
      } catch (error) {
        if (nameOf(error) !== 'NoSuchUpload') throw error;
        throw new UploadGone(`${this.url}/${key}: somebody else has ended this upload; run it again`);
      }
    });
  }
}

class UploadGone extends Failure {}

/** The sum as S3 computes it: of the object itself, or of its parts' sums ("Checking object integrity", composite checksums). */
function sumOf({ partSums }: CheckedFile): string {
  const sum = partSums.length === 1 ? partSums[0]! : createHash('sha256').update(Buffer.concat(partSums)).digest();
  return sum.toString('base64');
}

/** Some answers end such a sum with the number of parts. */
function isSumOf(file: CheckedFile, sum: string | undefined): boolean {
  return sum?.replace(/-\d+$/, '') === sumOf(file);
}

/** What stores without sums of parts say instead: the MD5 of the part. */
async function etagOf(file: CheckedFile, index: number): Promise<string> {
  return `"${createHash('md5')
    .update(await readPart(file, index))
    .digest('hex')}"`;
}
