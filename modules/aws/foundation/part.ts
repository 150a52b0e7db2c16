import type { Construct } from 'constructs';
import type { AwsEnvironment } from './environment';

/** One named part of a platform (a service, a fleet, a store), as those resources see it that belong to it. */
export interface AwsPart {
  /** The construct that holds the resources. */
  readonly scope: Construct;
  /** Name of the part. */
  readonly id: string;
  readonly platform: AwsEnvironment;
  /** Tags of its own, besides the platform's. */
  readonly tags: Readonly<Record<string, string>>;
  /** Physical name of a resource: `<application>-<environment>-<id>`, and a suffix where a part has several of one type. */
  readonly name: (...suffix: string[]) => string;
}

/** Describes a part to its resources. */
export function describeAwsPart(
  scope: Construct,
  id: string,
  platform: AwsEnvironment,
  tags: Readonly<Record<string, string>>,
): AwsPart {
  return {
    scope,
    id,
    platform,
    tags: { service: id, ...tags },
    name: (...suffix) => [platform.application, platform.environment, id, ...suffix].join('-'),
  };
}
