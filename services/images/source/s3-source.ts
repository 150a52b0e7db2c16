import type { Readable } from 'node:stream';
import { GetObjectCommand, S3Client, type S3ServiceException } from '@aws-sdk/client-s3';
import { ObjectRefusedError, REFUSED, type ObjectSource } from './object-source';

const CONNECT_MS = 5_000;
const SILENT_MS = 20_000;

/** A bucket of S3. Region and bucket are named; credentials and, where there is one, another endpoint are those of the environment. */
export function s3Source(bucket: string, region: string): ObjectSource {
  const client = new S3Client({
    region,
    // Who reads tries again itself, from where it was.
    maxAttempts: 1,
    // The whole file is checked against its SHA-256.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: SILENT_MS },
    // Simulators are reached by address, where no bucket can be a part of the host's name.
    forcePathStyle: (process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL) !== undefined,
  });
  const name = `s3://${bucket}`;
  return {
    name,
    read: async (key, offset, abortSignal) => {
      try {
        const range = offset === 0 ? undefined : `bytes=${offset}-`;
        const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: range });
        const { Body } = await client.send(command, { abortSignal });
        return Body as Readable;
      } catch (error) {
        const { $metadata, name: code, message } = error as S3ServiceException;
        if (REFUSED.includes($metadata?.httpStatusCode ?? 0)) {
          throw new ObjectRefusedError(name, key, `${code}: ${message}`);
        }
        throw error;
      }
    },
    close: () => client.destroy(),
  };
}
