import { createHash } from 'node:crypto';
import { Fn } from 'cdktf';
import type { Construct } from 'constructs';
import { isKnown } from '../../props/known';
import { physicalName } from '../../props/physical-name';
import type { GcpEnvironment } from './environment';
import { COMPUTE_NAME_CHARACTERS } from './network';

/** One named part of a platform (a service, a fleet, a store), as those resources see it that belong to it. */
export interface GcpPart {
  /** The construct that holds the resources. */
  readonly scope: Construct;
  /** Name of the part. */
  readonly id: string;
  readonly platform: GcpEnvironment;
  /** Labels of its own, besides the platform's. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Physical name of a resource. Where a part has several of one type, each has a suffix, so that no part's name plus suffix is
   * another part's name.
   */
  readonly name: (...suffix: string[]) => string;
}

/** Describes a part to its resources. */
export function describeGcpPart(
  scope: Construct,
  id: string,
  platform: GcpEnvironment,
  tags: Readonly<Record<string, string>>,
): GcpPart {
  const parts = [platform.application, platform.environment, id];
  return {
    scope,
    id,
    platform,
    labels: { service: id, ...tags },
    name: (...suffix) => physicalName([...parts, ...suffix], COMPUTE_NAME_CHARACTERS),
  };
}

/** Characters of {@link shortHash}. */
export const HASH_CHARACTERS = 8;

/** First digits of the SHA-256 of a text, computed by Terraform where the text is a Terraform value. */
export function shortHash(text: string): string {
  return isKnown(text)
    ? createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS)
    : Fn.substr(Fn.sha256(text), 0, HASH_CHARACTERS);
}
