import { ApiError, type ApiStructure } from './api-model';
import type { Actions, ElastiCacheAccount } from './elasticache-account';
import { ElastiCacheUsers } from './elasticache-users';

/** A subnet as EC2 knows it. */
export interface KnownSubnet {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
}

interface ParameterGroup {
  readonly name: string;
  readonly family: ApiStructure[string];
  readonly description: ApiStructure[string];
  readonly parameters: Map<string, string>;
}

interface SubnetGroup {
  readonly name: string;
  description: string;
  subnets: readonly KnownSubnet[];
}

/** A replication group: what was asked for, and nothing that was not. */
interface ReplicationGroup {
  readonly id: string;
  readonly asked: Record<string, ApiStructure[string]>;
  readonly created: Date;
}

/** Patch releases that ElastiCache starts for a version that names none ("Supported engines and versions"). */
const PATCHES: Readonly<Record<string, string>> = { '7.2': '7.2.6', '8.0': '8.0.1', '8.1': '8.1.0' };
/** Part of every endpoint's name that AWS draws by lot. */
const LOT = 'a1b2c3';
const ASKED_LATER = [
  ...[
    'AutomaticFailoverEnabled',
    'AutoMinorVersionUpgrade',
    'CacheParameterGroupName',
    'CacheNodeType',
    'EngineVersion',
    'MultiAZEnabled',
  ],
  ...['PreferredMaintenanceWindow', 'ReplicationGroupDescription', 'SecurityGroupIds', 'SnapshotRetentionLimit'],
  ...['SnapshotWindow', 'TransitEncryptionMode'],
];

/**
 * Amazon ElastiCache as far as a replication group behind users needs it, in memory. moto 5.2 lacks user groups and ModifyReplicationGroup,
 * never ends a deletion, counts one node where several were asked for and makes no clusters of them.
 */
export class ElastiCache {
  private readonly subnetGroups = new Map<string, SubnetGroup>();
  private readonly parameterGroups = new Map<string, ParameterGroup>();
  private readonly replicationGroups = new Map<string, ReplicationGroup>();
  private readonly users: ElastiCacheUsers;
  readonly actions: Actions;

  constructor(
    private readonly account: ElastiCacheAccount,
    /** What EC2 knows of these subnets; it leaves out those that it does not know. */
    private readonly findSubnets: (ids: readonly string[]) => Promise<readonly KnownSubnet[]>,
  ) {
    this.users = new ElastiCacheUsers(account, (userGroupId) =>
      [...this.replicationGroups.values()].filter((g) => userGroups(g).includes(userGroupId)).map(({ id }) => id),
    );
    this.actions = {
      ...account.actions,
      ...this.users.actions,
      ...this.subnetActions,
      ...this.parameterActions,
      ...this.groupActions,
    };
  }

  private readonly subnetActions: Actions = {
    CreateCacheSubnetGroup: async (call) => {
      const name = call.CacheSubnetGroupName as string;
      if (this.subnetGroups.has(name)) {
        throw new ApiError('CacheSubnetGroupAlreadyExists', `Cache subnet group ${name} already exists.`);
      }
      const subnets = await this.subnets(call.SubnetIds as readonly string[]);
      const group = { name, description: call.CacheSubnetGroupDescription as string, subnets };
      this.subnetGroups.set(name, group);
      this.account.tag(this.account.arn('subnetgroup', name), call);
      return { CacheSubnetGroup: this.subnetGroup(group) };
    },
    DescribeCacheSubnetGroups: ({ CacheSubnetGroupName: name }) => ({
      CacheSubnetGroups: (name === undefined
        ? [...this.subnetGroups.values()]
        : [this.findSubnetGroup(name as string)]
      ).map((group) => this.subnetGroup(group)),
    }),
    ModifyCacheSubnetGroup: async (call) => {
      const group = this.findSubnetGroup(call.CacheSubnetGroupName as string);
      group.description = (call.CacheSubnetGroupDescription ?? group.description) as string;
      if (call.SubnetIds !== undefined) group.subnets = await this.subnets(call.SubnetIds as readonly string[]);
      return { CacheSubnetGroup: this.subnetGroup(group) };
    },
    DeleteCacheSubnetGroup: ({ CacheSubnetGroupName }) => {
      const { name } = this.findSubnetGroup(CacheSubnetGroupName as string);
      if ([...this.replicationGroups.values()].some(({ asked }) => asked.CacheSubnetGroupName === name)) {
        throw new ApiError('CacheSubnetGroupInUse', `Cache subnet group ${name} is in use.`);
      }
      this.subnetGroups.delete(name);
      this.account.untag(this.account.arn('subnetgroup', name));
      return {};
    },
  };

  private readonly parameterActions: Actions = {
    CreateCacheParameterGroup: (call) => {
      const name = call.CacheParameterGroupName as string;
      if (this.parameterGroups.has(name)) {
        throw new ApiError('CacheParameterGroupAlreadyExists', `Cache parameter group ${name} already exists.`);
      }
      const group = {
        name,
        family: call.CacheParameterGroupFamily,
        description: call.Description,
        parameters: new Map(),
      };
      this.parameterGroups.set(name, group);
      this.account.tag(this.account.arn('parametergroup', name), call);
      return { CacheParameterGroup: this.parameterGroup(group) };
    },
    DescribeCacheParameterGroups: ({ CacheParameterGroupName: name }) => ({
      CacheParameterGroups: [this.findParameterGroup(name as string)].map((group) => this.parameterGroup(group)),
    }),
    ModifyCacheParameterGroup: (call) => {
      const { name, parameters } = this.findParameterGroup(call.CacheParameterGroupName as string);
      type Pair = { readonly ParameterName: string; readonly ParameterValue: string };
      for (const { ParameterName, ParameterValue } of call.ParameterNameValues as readonly Pair[]) {
        parameters.set(ParameterName, ParameterValue);
      }
      return { CacheParameterGroupName: name };
    },
    DescribeCacheParameters: ({ CacheParameterGroupName: name }) => ({
      Parameters: [...this.findParameterGroup(name as string).parameters].map(([ParameterName, ParameterValue]) => ({
        ParameterName,
        ParameterValue,
        Source: 'user',
        IsModifiable: true,
      })),
    }),
    DeleteCacheParameterGroup: ({ CacheParameterGroupName }) => {
      const { name } = this.findParameterGroup(CacheParameterGroupName as string);
      if ([...this.replicationGroups.values()].some(({ asked }) => asked.CacheParameterGroupName === name)) {
        throw new ApiError('InvalidCacheParameterGroupState', `Cache parameter group ${name} is in use.`);
      }
      this.parameterGroups.delete(name);
      this.account.untag(this.account.arn('parametergroup', name));
      return {};
    },
  };

  private findParameterGroup(name: string): ParameterGroup {
    const group = this.parameterGroups.get(name);
    if (group === undefined)
      throw new ApiError('CacheParameterGroupNotFound', `CacheParameterGroup not found: ${name}`);
    return group;
  }

  private parameterGroup({ name, family, description }: ParameterGroup): ApiStructure {
    return {
      CacheParameterGroupName: name,
      CacheParameterGroupFamily: family,
      Description: description,
      IsGlobal: false,
      ARN: this.account.arn('parametergroup', name),
    };
  }

  private readonly groupActions: Actions = {
    CreateReplicationGroup: (call) => {
      const id = call.ReplicationGroupId as string;
      if (this.replicationGroups.has(id)) {
        throw new ApiError('ReplicationGroupAlreadyExists', `Replication group ${id} already exists.`);
      }
      if (call.CacheSubnetGroupName !== undefined) this.findSubnetGroup(call.CacheSubnetGroupName as string);
      const { Tags: _tags, ReplicationGroupId: _id, ...asked } = call;
      const group = { id, asked, created: new Date() };
      if (clusterCount(group) < 2 && (call.AutomaticFailoverEnabled === true || call.MultiAZEnabled === true)) {
        throw new ApiError('InvalidParameterCombination', 'Failover needs a replica.');
      }
      for (const userGroup of userGroups(group)) this.checkUserGroup(group, userGroup);
      this.replicationGroups.set(id, group);
      this.account.tag(this.account.arn('replicationgroup', id), call);
      return { ReplicationGroup: { ...this.group(group), Status: 'creating' } };
    },
    DescribeReplicationGroups: ({ ReplicationGroupId: id }) => ({
      ReplicationGroups: (id === undefined
        ? [...this.replicationGroups.values()]
        : [this.findReplicationGroup(id as string)]
      ).map((group) => this.group(group)),
    }),
    ModifyReplicationGroup: (call) => {
      const group = this.findReplicationGroup(call.ReplicationGroupId as string);
      const added = (call.UserGroupIdsToAdd ?? []) as readonly string[];
      const removed = (call.UserGroupIdsToRemove ?? []) as readonly string[];
      for (const userGroup of added) this.checkUserGroup(group, userGroup);
      for (const name of ASKED_LATER) if (call[name] !== undefined) group.asked[name] = call[name];
      group.asked.UserGroupIds = [...userGroups(group).filter((id) => !removed.includes(id)), ...added];
      return { ReplicationGroup: this.group(group) };
    },
    DeleteReplicationGroup: ({ ReplicationGroupId }) => {
      const group = this.findReplicationGroup(ReplicationGroupId as string);
      const answer = { ...this.group(group), Status: 'deleting' };
      this.replicationGroups.delete(group.id);
      this.account.untag(this.account.arn('replicationgroup', group.id));
      return { ReplicationGroup: answer };
    },
    DescribeCacheClusters: ({ CacheClusterId: id }) => {
      const all = [...this.replicationGroups.values()].flatMap((group) =>
        members(group).map((cluster, index) => this.cluster(group, cluster, index)),
      );
      const found = all.filter(({ CacheClusterId }) => id === undefined || CacheClusterId === id);
      if (id !== undefined && found.length === 0) {
        throw new ApiError('CacheClusterNotFound', `CacheCluster not found: ${String(id)}`);
      }
      return { CacheClusters: found };
    },
  };

  private async subnets(ids: readonly string[]): Promise<readonly KnownSubnet[]> {
    const found = await this.findSubnets(ids);
    const missing = ids.filter((id) => !found.some((subnet) => subnet.id === id));
    if (missing.length > 0) throw new ApiError('InvalidSubnet', `No subnet ${missing.join(', ')}.`);
    if (new Set(found.map(({ vpcId }) => vpcId)).size > 1) throw new ApiError('InvalidSubnet', 'More than one VPC.');
    return found;
  }

  private findSubnetGroup(name: string): SubnetGroup {
    const group = this.subnetGroups.get(name);
    if (group === undefined) throw new ApiError('CacheSubnetGroupNotFoundFault', `No cache subnet group ${name}.`);
    return group;
  }

  private findReplicationGroup(id: string): ReplicationGroup {
    const group = this.replicationGroups.get(id);
    if (group === undefined) throw new ApiError('ReplicationGroupNotFoundFault', `No replication group ${id}.`);
    return group;
  }

  /** Access control needs encryption in transit, and users of the group's engine. */
  private checkUserGroup({ asked }: ReplicationGroup, id: string): void {
    const { Engine } = this.users.findGroup(id);
    if (asked.TransitEncryptionEnabled !== true || Engine !== asked.Engine) {
      throw new ApiError('InvalidParameterCombination', `User group ${id} is of ${Engine} and needs TLS.`);
    }
  }

  private subnetGroup({ name, description, subnets }: SubnetGroup): ApiStructure {
    return {
      CacheSubnetGroupName: name,
      CacheSubnetGroupDescription: description,
      VpcId: subnets[0]?.vpcId,
      Subnets: subnets.map(({ id, zone }) => ({
        SubnetIdentifier: id,
        SubnetAvailabilityZone: { Name: zone },
        SupportedNetworkTypes: ['ipv4'],
      })),
      SupportedNetworkTypes: ['ipv4'],
      ARN: this.account.arn('subnetgroup', name),
    };
  }

  private group(group: ReplicationGroup): ApiStructure {
    const { id, asked, created } = group;
    const clusters = members(group);
    return {
      ReplicationGroupId: id,
      Description: asked.ReplicationGroupDescription,
      Status: 'available',
      PendingModifiedValues: {},
      MemberClusters: clusters,
      NodeGroups: [
        {
          NodeGroupId: '0001',
          Status: 'available',
          PrimaryEndpoint: this.endpoint(group, 'master'),
          ReaderEndpoint: this.endpoint(group, 'replica'),
          NodeGroupMembers: clusters.map((CacheClusterId, index) => ({
            CacheClusterId,
            CacheNodeId: '0001',
            ReadEndpoint: this.endpoint(group, CacheClusterId),
            PreferredAvailabilityZone: this.zone(group, index),
            CurrentRole: index === 0 ? 'primary' : 'replica',
          })),
        },
      ],
      AutomaticFailover: asked.AutomaticFailoverEnabled === true ? 'enabled' : 'disabled',
      MultiAZ: asked.MultiAZEnabled === true ? 'enabled' : 'disabled',
      SnapshotRetentionLimit: asked.SnapshotRetentionLimit ?? 0,
      SnapshotWindow: asked.SnapshotWindow ?? '05:00-06:00',
      ClusterEnabled: false,
      CacheNodeType: asked.CacheNodeType,
      AuthTokenEnabled: asked.AuthToken !== undefined,
      TransitEncryptionEnabled: asked.TransitEncryptionEnabled ?? false,
      TransitEncryptionMode: asked.TransitEncryptionMode,
      AtRestEncryptionEnabled: asked.AtRestEncryptionEnabled ?? false,
      KmsKeyId: asked.KmsKeyId,
      ARN: this.account.arn('replicationgroup', id),
      UserGroupIds: userGroups(group),
      ReplicationGroupCreateTime: created,
      DataTiering: 'disabled',
      AutoMinorVersionUpgrade: asked.AutoMinorVersionUpgrade ?? true,
      NetworkType: 'ipv4',
      IpDiscovery: 'ipv4',
      ClusterMode: 'disabled',
      Engine: asked.Engine,
    };
  }

  private cluster(group: ReplicationGroup, cluster: string, index: number): ApiStructure {
    const { id, asked, created } = group;
    const version = asked.EngineVersion as string;
    return {
      CacheClusterId: cluster,
      CacheNodeType: asked.CacheNodeType,
      Engine: asked.Engine,
      EngineVersion: PATCHES[version] ?? version,
      CacheClusterStatus: 'available',
      NumCacheNodes: 1,
      PreferredAvailabilityZone: this.zone(group, index),
      CacheClusterCreateTime: created,
      PreferredMaintenanceWindow: asked.PreferredMaintenanceWindow ?? 'sun:23:00-mon:01:30',
      PendingModifiedValues: {},
      CacheSecurityGroups: [],
      CacheParameterGroup: {
        CacheParameterGroupName:
          asked.CacheParameterGroupName ?? `default.${asked.Engine as string}${version.split('.')[0]}`,
        ParameterApplyStatus: 'in-sync',
        CacheNodeIdsToReboot: [],
      },
      CacheSubnetGroupName: asked.CacheSubnetGroupName,
      CacheNodes: [
        {
          CacheNodeId: '0001',
          CacheNodeStatus: 'available',
          CacheNodeCreateTime: created,
          Endpoint: this.endpoint(group, cluster),
          ParameterGroupStatus: 'in-sync',
          CustomerAvailabilityZone: this.zone(group, index),
        },
      ],
      AutoMinorVersionUpgrade: asked.AutoMinorVersionUpgrade ?? true,
      SecurityGroups: ((asked.SecurityGroupIds ?? []) as readonly string[]).map((SecurityGroupId) => ({
        SecurityGroupId,
        Status: 'active',
      })),
      ReplicationGroupId: id,
      SnapshotRetentionLimit: asked.SnapshotRetentionLimit ?? 0,
      SnapshotWindow: asked.SnapshotWindow ?? '05:00-06:00',
      AuthTokenEnabled: asked.AuthToken !== undefined,
      TransitEncryptionEnabled: asked.TransitEncryptionEnabled ?? false,
      AtRestEncryptionEnabled: asked.AtRestEncryptionEnabled ?? false,
      ARN: this.account.arn('cluster', cluster),
      ReplicationGroupLogDeliveryEnabled: false,
      NetworkType: 'ipv4',
      IpDiscovery: 'ipv4',
      TransitEncryptionMode: asked.TransitEncryptionMode,
    };
  }

  private endpoint({ id, asked }: ReplicationGroup, host: string): ApiStructure {
    // `euc1` of `eu-central-1`: the form of every endpoint's name.
    const place = this.account.region.replace(/^([a-z]+)-([a-z])[a-z]*-(\d)$/, '$1$2$3');
    return { Address: `${host}.${id}.${LOT}.${place}.cache.amazonaws.com`, Port: asked.Port ?? 6379 };
  }

  /** Clusters are spread over the subnet group's zones, one after the other. */
  private zone({ asked }: ReplicationGroup, index: number): string {
    const subnets = this.subnetGroups.get(asked.CacheSubnetGroupName as string)?.subnets ?? [];
    return subnets[index % Math.max(subnets.length, 1)]?.zone ?? `${this.account.region}a`;
  }
}

function userGroups({ asked }: ReplicationGroup): readonly string[] {
  return (asked.UserGroupIds ?? []) as readonly string[];
}

function clusterCount({ asked }: Pick<ReplicationGroup, 'asked'>): number {
  return (asked.NumCacheClusters ?? 1) as number;
}

function members(group: ReplicationGroup): readonly string[] {
  return Array.from({ length: clusterCount(group) }, (_, index) => `${group.id}-${String(index + 1).padStart(3, '0')}`);
}
