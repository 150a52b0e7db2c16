import { ElasticacheParameterGroup } from '@cdktf/provider-aws/lib/elasticache-parameter-group';
import { ElasticacheReplicationGroup } from '@cdktf/provider-aws/lib/elasticache-replication-group';
import { ElasticacheSubnetGroup } from '@cdktf/provider-aws/lib/elasticache-subnet-group';
import { ElasticacheUser } from '@cdktf/provider-aws/lib/elasticache-user';
import { ElasticacheUserGroup } from '@cdktf/provider-aws/lib/elasticache-user-group';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { checkTags } from '../foundation/tags';
import type { AwsEnvironment } from '../foundation/environment';
import { describeAwsPart } from '../foundation/part';
import type { PolicyStatement } from '../foundation/policy-document';
import { tagEverything } from '../foundation/tag-everything';
import { physicalName } from '../../props/physical-name';
import {
  resolveEventStoreProps,
  type EventStoreProps,
  type EventStoreSize,
  type IEventStore,
} from '../../event-store/event-store';
import { addEventStoreAlarms } from './alarms';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Who uses the store: each has a user of its own, so that its connections can be told apart and ended. */
export type EventStoreRole = 'gateway' | 'runner';

/** Memory of a Graviton node in GiB, "Supported node types" of ElastiCache: 1.37, 6.38, 12.93. */
const NODE_TYPES: Readonly<Record<EventStoreSize, string>> = {
  small: 'cache.t4g.small',
  medium: 'cache.m7g.large',
  large: 'cache.r7g.large',
};
const PORT = 6379;
/** Longest id of a replication group and of a user (ElastiCache API reference, CreateReplicationGroup and CreateUser). */
const NAME_CHARACTERS = 40;
/** IAM authentication came with Valkey 7.2 (ElastiCache user guide, "Authenticating with IAM"). */
const ENGINE_VERSION = '8.0';
const FAMILY = 'valkey8';
/**
 * A full store refuses writes: a job that is refused can be sent again, one whose events were evicted is lost without a word. A quarter of the memory is
 * kept for replication and for connections' buffers ("Managing reserved memory").
 */
const PARAMETERS = { 'maxmemory-policy': 'noeviction', 'reserved-memory-percent': '25' } as const;

/**
 * What both users may do: everything with keys and channels, and to ask how the server is; nothing that reads other connections,
 * changes the server or empties it.
 */
export const ACCESS_STRING = 'on ~* &* +@all -@admin -@dangerous +info';

/**
 * The event store on AWS: an ElastiCache replication group of Valkey in the private subnets, TLS only, encrypted at rest,
 * reached with IAM tokens only. Made by {@link AwsPlatform.eventStore}; its construct ids are API.
 */
export class AwsEventStore extends Construct implements IEventStore {
  readonly url: string;
  readonly replicationGroup: ElasticacheReplicationGroup;
  private readonly users: Readonly<Record<EventStoreRole, ElasticacheUser>>;
  private readonly securityGroup: SecurityGroup;

  /** @throws InvalidPropError naming the prop, the value and the fix */
  constructor(
    scope: Construct,
    id: string,
    { platform, ...given }: EventStoreProps & { readonly platform: AwsEnvironment },
  ) {
    super(scope, id);
    const props = resolveEventStoreProps(given);
    checkTags('tags', props.tags);
    tagEverything(this, { service: id, ...props.tags });
    const parts = [platform.application, platform.environment, id];
    const name = physicalName(parts, NAME_CHARACTERS);
    const user = (role: EventStoreRole): ElasticacheUser => {
      // With IAM a user's name must be its id ("Authenticating with IAM", limitations).
      const userName = physicalName([...parts, role], NAME_CHARACTERS);
      return new ElasticacheUser(this, `${role}-user`, {
        userId: userName,
        userName,
        engine: 'valkey',
        accessString: ACCESS_STRING,
        authenticationMode: { type: 'iam' },
      });
    };
    this.users = { gateway: user('gateway'), runner: user('runner') };
    const userGroup = new ElasticacheUserGroup(this, 'user-group', {
      engine: 'valkey',
      userGroupId: name,
      userIds: [this.users.gateway.userId, this.users.runner.userId],
    });
    this.securityGroup = new SecurityGroup(this, 'security-group', {
      name,
      description: `Event store ${name}`,
      vpcId: platform.network.vpcId,
      tags: { Name: name },
    });
    const subnets = new ElasticacheSubnetGroup(this, 'subnets', {
      name,
      description: `Private subnets of ${name}`,
      subnetIds: platform.network.instancePlacement(false).subnetIds,
    });
    const parameters = new ElasticacheParameterGroup(this, 'parameters', {
      // Another family is another group, made before the old one goes.
      name: `${physicalName(parts, NAME_CHARACTERS)}-${FAMILY}`,
      family: FAMILY,
      description: `Parameters of ${name}`,
      parameter: Object.entries(PARAMETERS).map(([key, value]) => ({ name: key, value })),
      lifecycle: { createBeforeDestroy: true },
    });
    this.replicationGroup = new ElasticacheReplicationGroup(this, 'replication-group', {
      replicationGroupId: name,
      description: `Events of jobs: ${name}`,
      engine: 'valkey',
      engineVersion: ENGINE_VERSION,
      parameterGroupName: parameters.name,
      nodeType: NODE_TYPES[props.size],
      numCacheClusters: 1 + props.replicas,
      automaticFailoverEnabled: props.replicas > 0,
      multiAzEnabled: props.replicas > 0,
      port: PORT,
      subnetGroupName: subnets.name,
      securityGroupIds: [this.securityGroup.id],
      userGroupIds: [userGroup.userGroupId],
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: 'true',
      kmsKeyId: platform.keyArn,
      autoMinorVersionUpgrade: 'true',
      // What is in it lives for an hour; a copy of it would only be one more place that holds users' code.
      snapshotRetentionLimit: 0,
      // AWS upgrades to newer minor versions by itself: the version that is there is no reason to replace the store.
      lifecycle: { ignoreChanges: ['engine_version'] },
    });
    guardAgainstDeletion(this.replicationGroup, props.deletionProtection);
    const part = {
      ...describeAwsPart(this, id, platform, props.tags),
      name: (...suffix: string[]) => [name, ...suffix].join('-'),
    };
    addEventStoreAlarms(part, { emails: props.alarms.emails ?? [], nodes: 1 + props.replicas });
    this.url = `rediss://${this.replicationGroup.primaryEndpointAddress}:${PORT}`;
  }

  /** What a program of that role is told as `SANDPIPER_EVENTS_AUTH`. */
  authentication(role: EventStoreRole): string {
    return `aws-iam:${this.users[role].userName}@${this.replicationGroup.replicationGroupId}`;
  }

  /** What its machines' role must be allowed. */
  mayConnect(role: EventStoreRole): PolicyStatement {
    return {
      sid: 'ConnectToEventStore',
      actions: ['elasticache:Connect'],
      resources: [this.replicationGroup.arn, this.users[role].arn],
    };
  }

  /** Opens the way from a security group to the store. */
  admit(scope: Construct, id: string, securityGroupId: string): ITerraformDependable[] {
    const port = { ipProtocol: 'tcp', fromPort: PORT, toPort: PORT };
    return [
      new VpcSecurityGroupEgressRule(scope, `${id}-to-event-store`, {
        ...port,
        securityGroupId,
        referencedSecurityGroupId: this.securityGroup.id,
        description: 'Events of jobs',
      }),
      new VpcSecurityGroupIngressRule(scope, `event-store-from-${id}`, {
        ...port,
        securityGroupId: this.securityGroup.id,
        referencedSecurityGroupId: securityGroupId,
        description: `Events of jobs from the ${id}`,
      }),
    ];
  }
}
