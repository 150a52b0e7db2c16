import { createHash } from 'node:crypto';
import { Fn, TerraformLocal } from 'cdktf';
import type { Construct } from 'constructs';
import type { GcpEnvironment } from '../gcp/gcp-environment';
import { isKnown } from '../known';
import { physicalName } from '../physical-name';
import type { ResolvedTlsServiceProps } from './resolve';

/** Longest name of anything in Compute Engine and Certificate Manager. */
const NAME_CHARACTERS = 63;

/** What each part of one service is made from. */
export interface GcpService {
  /** The construct that holds the parts. */
  readonly scope: Construct;
  /** Name of the service. */
  readonly id: string;
  readonly platform: GcpEnvironment;
  readonly props: ResolvedTlsServiceProps;
  /** Labels of the service's own, besides the platform's. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Physical name of a part. Where a service has several of one type, each has a suffix, so that no service's name plus
   * suffix is another service's name.
   */
  readonly name: (...suffix: string[]) => string;
  /**
   * Physical name of a part, ended by a hash of `text`, which may be a Terraform value: a new text gets a new name.
   * `key` is the construct id of the local value that then holds the text.
   */
  readonly hashedName: (key: string, text: string) => string;
}

const HASH_CHARACTERS = 8;

/** Describes one service to its parts. */
export function describeGcpService(
  scope: Construct,
  id: string,
  platform: GcpEnvironment,
  props: ResolvedTlsServiceProps,
): GcpService {
  const parts = [platform.application, platform.environment, id];
  return {
    scope,
    id,
    platform,
    props,
    labels: { service: id, ...props.tags },
    name: (...suffix) => physicalName([...parts, ...suffix], NAME_CHARACTERS),
    hashedName: (key, text) =>
      `${physicalName(parts, NAME_CHARACTERS - HASH_CHARACTERS - 1)}-${shortHash(isKnown(text) ? text : localValue(scope, key, text))}`,
  };
}

/** A Terraform function takes a value, not text with a value in it. */
function localValue(scope: Construct, key: string, text: string): string {
  const existing = scope.node.tryFindChild(key) as TerraformLocal | undefined;
  return (existing ?? new TerraformLocal(scope, key, text)).asString;
}

/** First digits of the SHA-256 of a text, computed by Terraform where the text is a Terraform value. */
export function shortHash(text: string): string {
  return isKnown(text)
    ? createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS)
    : Fn.substr(Fn.sha256(text), 0, HASH_CHARACTERS);
}
