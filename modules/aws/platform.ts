import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { Fn } from 'cdktf';
import type { Construct } from 'constructs';
import { AwsEventStore } from './event-store/elasticache';
import type { EventStoreProps } from '../event-store/event-store';
import { checkServiceId, Platform } from '../platform/platform';
import { AwsSqsAsgFleet } from './sandbox-fleet/sqs-asg';
import type { SandboxFleetProps } from '../sandbox-fleet/sandbox-fleet';
import { AwsAlbTlsService } from './tls-service/alb';
import type { TlsServiceProps } from '../tls-service/tls-service';
import { AccessLogBucket } from './foundation/access-log-bucket';
import { ArtifactBucket } from './foundation/artifact-bucket';
import type { AwsEnvironment } from './foundation/environment';
import { bootstrapBucket, type BootstrapBucket } from './foundation/bootstrap-bucket';
import {
  resolveAwsPlatformProps,
  type AwsPlatformProps,
  type ResolvedAwsPlatformProps,
} from './foundation/platform-props';
import { EncryptionKey } from './foundation/encryption-key';
import { existingNetwork, type AwsNetwork } from './foundation/network';
import { OperatorTunnel } from './foundation/operator-tunnel';
import { OwnNetwork } from './foundation/own-network';
import { addAwsProvider } from './foundation/provider';
import { physicalName } from '../props/physical-name';

/** Of a bucket's 63 characters, those that `-artifacts-`, the account and the longest region leave (Amazon S3, "Bucket naming rules"). */
const BUCKET_PREFIX_CHARACTERS = 63 - '-artifacts-123456789012-ap-southeast-99'.length;

/**
 * AWS, ready to hold services: provider, encryption key, network, artifact bucket, bucket of request logs.
 *
 * ```ts
 * const platform = new AwsPlatform(stack, 'platform', { environment: 'prod', region: 'eu-central-1' });
 * platform.tlsService('user-api', { artifact: binary('dist/user-api'), publicPaths: ['/v1/user'], ... });
 * ```
 *
 * A stack holds one. Names are `<application>-<environment>-...`; those of buckets and roles, which are not regional, end with
 * account and region.
 */
export class AwsPlatform extends Platform {
  override readonly cloud = 'aws';
  /** What services are told about the platform; also of use to code that adds AWS resources of its own. */
  readonly aws: AwsEnvironment;

  /** @throws InvalidPropError naming the prop, the value and the fix */
  constructor(scope: Construct, id: string, props: AwsPlatformProps) {
    super(scope, id);
    const resolved = resolveAwsPlatformProps(props);
    const { application, environment, region, deletionProtection, permissionsBoundaryArn, hostAgents } = resolved;
    const tags = { application, environment, ...resolved.tags };
    addAwsProvider(this, region, tags);
    const { accountId } = new DataAwsCallerIdentity(this, 'account', {});
    const { partition } = new DataAwsPartition(this, 'partition', {});
    const place = { application, environment, region, accountId, partition, deletionProtection };
    const keyArn = resolved.existingKeyArn ?? new EncryptionKey(this, 'key', place).arn;
    const prefix = physicalName([application, environment], BUCKET_PREFIX_CHARACTERS);
    const bucketName = (purpose: string) => `${prefix}-${purpose}-${accountId}-${region}`;
    const accessLogs = new AccessLogBucket(this, 'access-logs', { ...place, name: bucketName('logs') });
    const artifacts = new ArtifactBucket(this, 'artifacts', {
      ...place,
      name: bucketName('artifacts'),
      keyArn,
      accessLogs,
    });
    const bootstrap = bootstrapBucket(place);
    const network = this.addNetwork(resolved, { ...place, keyArn, artifacts, bootstrap });
    const programs = { artifacts, bootstrap, hostAgents };
    this.aws = { ...place, ...programs, tags, keyArn, network, accessLogs, permissionsBoundaryArn };
  }

  override tlsService(id: string, props: TlsServiceProps): AwsAlbTlsService {
    checkServiceId(this, id);
    return new AwsAlbTlsService(this, id, { ...props, platform: this.aws });
  }

  override eventStore(id: string, props: EventStoreProps = {}): AwsEventStore {
    checkServiceId(this, id);
    return new AwsEventStore(this, id, { ...props, platform: this.aws });
  }

  override sandboxFleet(id: string, props: SandboxFleetProps): AwsSqsAsgFleet {
    checkServiceId(this, id);
    return new AwsSqsAsgFleet(this, id, { ...props, platform: this.aws });
  }

  private addNetwork(
    props: ResolvedAwsPlatformProps,
    place: {
      readonly accountId: string;
      readonly partition: string;
      readonly keyArn: string;
      readonly artifacts: ArtifactBucket;
      readonly bootstrap: BootstrapBucket;
    },
  ): AwsNetwork {
    const name = `${props.application}-${props.environment}`;
    const given = props.existingNetwork;
    if (given === undefined) {
      return new OwnNetwork(this, 'network', {
        ...props,
        ...place,
        name,
        artifactBucketArns: () => [place.artifacts.arn, place.bootstrap.arn],
      });
    }
    let tunnel: OperatorTunnel | undefined;
    return existingNetwork(
      given,
      () =>
        (tunnel ??= new OperatorTunnel(this, 'operator-tunnel', {
          name,
          vpcId: given.vpcId,
          subnetId: Fn.element(given.privateSubnetIds, 0),
        })),
    );
  }
}
