import * as fs from 'node:fs';
import { z } from 'zod';
import { firstIssue } from '../protocol/first-issue';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');

const imageListSchema = z.strictObject({
  schemaVersion: z.literal(1),
  images: z.array(
    z.strictObject({
      language: z.string(),
      /** Of the language's entry, such as `3.11`. */
      version: z.string(),
      /** What the toolchain says of itself, such as `3.11.2`. */
      exactVersion: z.string(),
      key: z.string().min(1),
      sha256,
      bytes: z.int().min(1),
      /** PATH of its jobs, where the image is configured with one. */
      path: z.string().optional(),
    }),
  ),
});

/** An image that a runner may fetch, and what is in it. */
export type ListedImage = z.infer<typeof imageListSchema>['images'][number];

/** The file does not hold what `./sandpiper build --playground` writes. */
export class InvalidImageListError extends Error {
  constructor(file: string, reason: string) {
    super(`${file}: ${reason}; write it again with ./sandpiper build --playground`);
    this.name = 'InvalidImageListError';
  }
}

/** @throws InvalidImageListError naming what is wrong */
export function readImageList(file: string): readonly ListedImage[] {
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InvalidImageListError(file, (error as Error).message);
  }
  const parsed = imageListSchema.safeParse(value);
  if (!parsed.success) throw new InvalidImageListError(file, firstIssue(parsed.error));
  return parsed.data.images;
}
