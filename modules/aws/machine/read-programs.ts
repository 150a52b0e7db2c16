import { kindsOfKeys } from '../../../contracts/bootstrap-bucket';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import type { AwsEnvironment } from '../foundation/environment';
import type { PolicyStatement } from '../foundation/policy-document';

/**
 * Lets machines read what they run: of the artifact bucket their own objects, and of the bootstrap bucket all of the same kinds
 * (`runner/*`). A machine of an older template, or of one that is rolled back to, finds the bytes that it names; which those are, its boot
 * script says, by their SHA-256.
 *
 * @param keys of the bootstrap bucket, besides
 */
export function readPrograms(
  { bootstrap, accountId }: Pick<AwsEnvironment, 'bootstrap' | 'accountId'>,
  objects: readonly StoredArtifact[],
  keys: readonly string[] = [],
): PolicyStatement[] {
  const actions = ['s3:GetObject', 's3:GetObjectVersion'];
  const own = objects.filter(({ bucket }) => bucket !== bootstrap.bucket).map(({ arn }) => arn);
  const pushed = objects.filter(({ bucket }) => bucket === bootstrap.bucket).map(({ key }) => key);
  const kinds = kindsOfKeys([...pushed, ...keys]);
  return [
    ...(own.length > 0 ? [{ sid: 'ReadOwnPrograms', actions, resources: own }] : []),
    ...(kinds.length > 0
      ? [
          {
            sid: 'ReadPushedPrograms',
            actions,
            resources: kinds.map((kind) => `${bootstrap.arn}/${kind}${kind.endsWith('/') ? '*' : ''}`),
            // Should the bucket be gone, another account could take its name.
            conditions: { StringEquals: { 's3:ResourceAccount': accountId } },
          },
        ]
      : []),
  ];
}
