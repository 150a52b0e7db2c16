import { TerraformLocal } from 'cdktf';
import type { Construct } from 'constructs';
import type { GcpEnvironment } from '../foundation/environment';
import { describeGcpPart, HASH_CHARACTERS, shortHash, type GcpPart } from '../foundation/part';
import { COMPUTE_NAME_CHARACTERS } from '../foundation/network';
import { isKnown } from '../../props/known';
import { physicalName } from '../../props/physical-name';
import type { ResolvedTlsServiceProps } from '../../tls-service/resolve';

/** What each part of one service is made from. */
export interface GcpService extends GcpPart {
  readonly props: ResolvedTlsServiceProps;
  /**
   * Physical name of a part, ended by a hash of `text`, which may be a Terraform value: a new text gets a new name.
   * `key` is the construct id of the local value that then holds the text.
   */
  readonly hashedName: (key: string, text: string) => string;
}

/** Describes one service to its parts. */
export function describeGcpService(
  scope: Construct,
  id: string,
  platform: GcpEnvironment,
  props: ResolvedTlsServiceProps,
): GcpService {
  const parts = [platform.application, platform.environment, id];
  return {
    ...describeGcpPart(scope, id, platform, props.tags),
    props,
    hashedName: (key, text) =>
      `${physicalName(parts, COMPUTE_NAME_CHARACTERS - HASH_CHARACTERS - 1)}-${shortHash(isKnown(text) ? text : localValue(scope, key, text))}`,
  };
}

/** A Terraform function takes a value, not text with a value in it. */
function localValue(scope: Construct, key: string, text: string): string {
  const existing = scope.node.tryFindChild(key) as TerraformLocal | undefined;
  return (existing ?? new TerraformLocal(scope, key, text)).asString;
}
