import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ApiModel, motoPython, type ApiStructure } from '../../kit/clouds/aws/api-model';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { startMotoFront, type MotoFront } from '../../kit/clouds/aws/moto-front';
import { requireTool } from '../../kit/require-tool';

const REGION = 'eu-central-1';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
jest.setTimeout(180_000);

/** Makes calls with AWS's own SDK for Python, in one process; the answer of a refused one is its error's code. */
const CALLER = `
import json, sys, boto3
from botocore.exceptions import ClientError
given = json.load(sys.stdin)
clients = {}
answers = []
for service, method, arguments in given['calls']:
    if service not in clients:
        clients[service] = boto3.client(service, endpoint_url=given['endpoint'], region_name='${REGION}',
                                        aws_access_key_id='test', aws_secret_access_key='test')
    try:
        answer = getattr(clients[service], method)(**arguments)
        answer.pop('ResponseMetadata')
    except ClientError as error:
        answer = error.response['Error']['Code']
    answers.append(answer)
json.dump(answers, sys.stdout, default=str)
`;

type Call = readonly [service: string, method: string, options: Readonly<Record<string, unknown>>];

describe('the front of moto, called with an SDK of AWS', () => {
  if (!requireTool('moto_server')) return;
  let moto: Moto;
  let front: MotoFront;
  let subnets: string[];

  beforeAll(async () => {
    moto = await startMoto();
    front = await startMotoFront(moto.port);
    const ec2 = new EC2Client({ endpoint: front.endpoint, region: REGION, credentials: CREDENTIALS });
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const subnet = async (zone: string, CidrBlock: string) => {
      const place = { VpcId: Vpc!.VpcId!, AvailabilityZone: `${REGION}${zone}`, CidrBlock };
      return (await ec2.send(new CreateSubnetCommand(place))).Subnet!.SubnetId!;
    };
    subnets = [await subnet('a', '10.0.0.0/24'), await subnet('b', '10.0.1.0/24')];
    ec2.destroy();
  });

  afterAll(async () => {
    await front?.stop();
    await moto?.stop();
  });

  /** What each call was answered: the answer, or the code of an error. */
  async function make(...calls: Call[]): Promise<any[]> {
    const child = spawn(motoPython(), ['-c', CALLER], { stdio: 'pipe' });
    child.stdin.end(JSON.stringify({ calls, endpoint: front.endpoint }));
    const [answers, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (answers === '') throw new Error(errors);
    return JSON.parse(answers) as any[];
  }

  const cache = (method: string, options: Readonly<Record<string, unknown>>): Call => ['elasticache', method, options];
  const user = (id: string, more: Readonly<Record<string, unknown>> = {}): Call =>
    cache('create_user', {
      ...{ UserId: id, UserName: id, Engine: 'valkey', AccessString: 'on ~* +@read' },
      ...{ AuthenticationMode: { Type: 'iam' }, Tags: [{ Key: 'team', Value: '<core> & "more"' }] },
      ...more,
    });
  const group = (id: string, more: Readonly<Record<string, unknown>> = {}): Call =>
    cache('create_replication_group', {
      ...{ ReplicationGroupId: id, ReplicationGroupDescription: `store ${id}`, Engine: 'valkey', EngineVersion: '8.0' },
      ...{
        CacheNodeType: 'cache.t4g.small',
        NumCacheClusters: 2,
        AutomaticFailoverEnabled: true,
        MultiAZEnabled: true,
      },
      ...{ Port: 6380, CacheSubnetGroupName: 'subnets', SecurityGroupIds: ['sg-1', 'sg-2'], UserGroupIds: ['users'] },
      ...{ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required', AtRestEncryptionEnabled: true },
      ...{ KmsKeyId: 'arn:aws:kms:key', AutoMinorVersionUpgrade: true, SnapshotRetentionLimit: 0 },
      ...more,
    });

  it('keeps users, their groups and an event store as they were asked for, and ends them in order', async () => {
    const answers = await make(
      user('reader'),
      user('writer', { AccessString: 'on ~* +@write' }),
      cache('create_user_group', { UserGroupId: 'users', Engine: 'valkey', UserIds: ['reader', 'writer'] }),
      cache('create_cache_subnet_group', {
        ...{ CacheSubnetGroupName: 'subnets', CacheSubnetGroupDescription: 'two zones', SubnetIds: subnets },
      }),
      group('store'),
      cache('describe_users', { UserId: 'reader' }),
      cache('list_tags_for_resource', { ResourceName: `arn:aws:elasticache:${REGION}:123456789012:user:reader` }),
      cache('describe_replication_groups', { ReplicationGroupId: 'store' }),
      cache('describe_cache_clusters', { CacheClusterId: 'store-002', ShowCacheNodeInfo: true }),
      cache('delete_user_group', { UserGroupId: 'users' }),
      cache('delete_cache_subnet_group', { CacheSubnetGroupName: 'subnets' }),
      cache('modify_replication_group', { ReplicationGroupId: 'store', CacheNodeType: 'cache.m7g.large' }),
      cache('modify_user_group', { UserGroupId: 'users', UserIdsToRemove: ['writer'] }),
      cache('describe_replication_groups', {}),
      cache('describe_user_groups', {}),
      cache('delete_replication_group', { ReplicationGroupId: 'store' }),
      cache('describe_replication_groups', { ReplicationGroupId: 'store' }),
      cache('delete_user_group', { UserGroupId: 'users' }),
      cache('delete_cache_subnet_group', { CacheSubnetGroupName: 'subnets' }),
      cache('delete_user', { UserId: 'reader' }),
      cache('describe_users', {}),
    );
    const [, , , , , readers, tags, groups, clusters, ...later] = answers;
    expect(readers.Users).toMatchObject([
      {
        ...{ UserId: 'reader', UserName: 'reader', Status: 'active', Engine: 'valkey', AccessString: 'on ~* +@read' },
        ...{ UserGroupIds: ['users'], Authentication: { Type: 'iam' } },
      },
    ]);
    expect(tags.TagList).toEqual([{ Key: 'team', Value: '<core> & "more"' }]);
    expect(groups.ReplicationGroups).toMatchObject([
      {
        ...{ ReplicationGroupId: 'store', Description: 'store store', Status: 'available', Engine: 'valkey' },
        ...{ MemberClusters: ['store-001', 'store-002'], AutomaticFailover: 'enabled', MultiAZ: 'enabled' },
        ...{ CacheNodeType: 'cache.t4g.small', UserGroupIds: ['users'], KmsKeyId: 'arn:aws:kms:key' },
        ...{ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required', AtRestEncryptionEnabled: true },
        NodeGroups: [
          {
            PrimaryEndpoint: { Address: 'master.store.a1b2c3.euc1.cache.amazonaws.com', Port: 6380 },
            NodeGroupMembers: [{ CurrentRole: 'primary' }, { PreferredAvailabilityZone: `${REGION}b` }],
          },
        ],
      },
    ]);
    expect(clusters.CacheClusters).toMatchObject([
      {
        ...{ CacheClusterId: 'store-002', ReplicationGroupId: 'store', EngineVersion: '8.0.1' },
        ...{ CacheSubnetGroupName: 'subnets', PreferredAvailabilityZone: `${REGION}b`, SnapshotRetentionLimit: 0 },
        ...{ CacheParameterGroup: { CacheParameterGroupName: 'default.valkey8' } },
        ...{ SecurityGroups: [{ SecurityGroupId: 'sg-1' }, { SecurityGroupId: 'sg-2' }] },
      },
    ]);
    expect(later.slice(0, 2)).toEqual(['InvalidUserGroupState', 'CacheSubnetGroupInUse']);
    expect(later[4].ReplicationGroups).toMatchObject([
      { CacheNodeType: 'cache.m7g.large', KmsKeyId: 'arn:aws:kms:key' },
    ]);
    expect(later[5].UserGroups).toMatchObject([{ UserIds: ['reader'], ReplicationGroups: ['store'] }]);
    expect(later[7]).toBe('ReplicationGroupNotFoundFault');
    expect(later.slice(8, 10)).toEqual([expect.objectContaining({ Status: 'deleting' }), {}]);
    expect(later[11].Users.map(({ UserId }: { UserId: string }) => UserId)).toEqual(['writer']);
  });

  it('refuses what ElastiCache refuses', async () => {
    const answers = await make(
      user('a', { UserName: 'another' }),
      user('b', { AuthenticationMode: { Type: 'iam', Passwords: ['a password of 16 characters'] } }),
      user('c', { AuthenticationMode: { Type: 'password' } }),
      cache('create_user_group', { UserGroupId: 'users', Engine: 'valkey', UserIds: ['nobody'] }),
      user('old', { Engine: 'redis' }),
      cache('create_user_group', { UserGroupId: 'users', Engine: 'redis', UserIds: ['old'] }),
      cache('create_cache_subnet_group', {
        ...{ CacheSubnetGroupName: 'x', CacheSubnetGroupDescription: 'x', SubnetIds: ['subnet-nowhere'] },
      }),
      group('alone', { CacheSubnetGroupName: 'nowhere' }),
      cache('describe_cache_clusters', { CacheClusterId: 'nobody' }),
      cache('describe_serverless_caches', {}),
    );
    expect(answers).toEqual([
      ...['InvalidParameterValue', 'InvalidParameterCombination', 'InvalidParameterCombination', 'UserNotFound'],
      expect.objectContaining({ Engine: 'redis' }),
      ...['DefaultUserRequired', 'InvalidSubnet', 'CacheSubnetGroupNotFoundFault', 'CacheClusterNotFound'],
      'InvalidAction',
    ]);
  });

  it('gives the policies of a queue back as they were set, each on its own', async () => {
    const sqs = (method: string, options: Readonly<Record<string, unknown>>): Call => ['sqs', method, options];
    const url = (name: string) => `https://sqs.${REGION}.amazonaws.com/123456789012/${name}`;
    const arn = (name: string) => `arn:aws:sqs:${REGION}:123456789012:${name}`;
    const policies = {
      Policy: '{ "Version": "2012-10-17",  "Statement": [] }',
      RedrivePolicy: `{"maxReceiveCount":  7, "deadLetterTargetArn":"${arn('letters')}"}`,
      RedriveAllowPolicy: '{"redrivePermission":"denyAll"}',
    };
    const set = Object.entries(policies).map(([name, value]) =>
      sqs('set_queue_attributes', { QueueUrl: url('jobs'), Attributes: { [name]: value } }),
    );
    const read = (...AttributeNames: string[]) =>
      sqs('get_queue_attributes', { QueueUrl: url('jobs'), AttributeNames });
    const answers = await make(
      sqs('create_queue', { QueueName: 'letters' }),
      sqs('create_queue', { QueueName: 'jobs', Attributes: { VisibilityTimeout: '77' } }),
      read('RedriveAllowPolicy'),
      ...set,
      read('All'),
      read('RedriveAllowPolicy'),
      sqs('set_queue_attributes', { QueueUrl: url('jobs'), Attributes: { RedriveAllowPolicy: '' } }),
      read('RedriveAllowPolicy', 'VisibilityTimeout'),
      sqs('list_queues', {}),
      sqs('delete_queue', { QueueUrl: url('jobs') }),
      read('All'),
    );
    expect(answers[1]).toEqual({ QueueUrl: url('jobs') });
    expect(answers[2].Attributes ?? {}).toEqual({});
    expect(answers[6].Attributes).toMatchObject({ ...policies, VisibilityTimeout: '77', QueueArn: arn('jobs') });
    expect(answers[7].Attributes).toEqual({ RedriveAllowPolicy: policies.RedriveAllowPolicy });
    expect(answers[9].Attributes).toEqual({ VisibilityTimeout: '77' });
    expect(answers[10].QueueUrls.sort()).toEqual([url('jobs'), url('letters')]);
    expect(answers[12]).toMatch(/NonExistentQueue/);
  });

  it('says of a lifecycle hook what was set, and hears machines that drain', async () => {
    const named = { AutoScalingGroupName: 'fleet', LifecycleHookName: 'drain' };
    const call = (method: string, options: Readonly<Record<string, unknown>>): Call => ['autoscaling', method, options];
    const answers = await make(
      call('put_lifecycle_hook', {
        ...{ ...named, LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING', HeartbeatTimeout: 120 },
      }),
      call('describe_lifecycle_hooks', { AutoScalingGroupName: 'fleet' }),
      call('record_lifecycle_action_heartbeat', { ...named, InstanceId: 'i-1' }),
      call('complete_lifecycle_action', { ...named, InstanceId: 'i-1', LifecycleActionResult: 'CONTINUE' }),
      call('delete_lifecycle_hook', named),
      call('complete_lifecycle_action', { ...named, InstanceId: 'i-1', LifecycleActionResult: 'CONTINUE' }),
      call('start_instance_refresh', { AutoScalingGroupName: 'fleet', Preferences: { MinHealthyPercentage: 90 } }),
      call('describe_instance_refreshes', { AutoScalingGroupName: 'fleet' }),
    );
    expect(answers[1].LifecycleHooks).toEqual([
      {
        ...{ ...named, LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' },
        ...{ HeartbeatTimeout: 120, GlobalTimeout: 12_000, DefaultResult: 'ABANDON' },
      },
    ]);
    expect(answers[5]).toBe('ValidationError');
    expect(answers[7].InstanceRefreshes).toMatchObject([{ ...answers[6], Status: 'Successful' }]);
    expect(front.lifecycleCalls).toEqual([
      { action: 'RecordLifecycleActionHeartbeat', hook: 'drain', instance: 'i-1', result: undefined },
      { action: 'CompleteLifecycleAction', hook: 'drain', instance: 'i-1', result: 'CONTINUE' },
    ]);
    expect(front.instanceRefreshes).toMatchObject([
      { group: 'fleet', asked: { Preferences: { MinHealthyPercentage: 90 } } },
    ]);
  });
});

describe("an answer of the front, by the service's API model", () => {
  if (!requireTool('moto_server')) return;
  const write = (user: ApiStructure) => ApiModel.load('elasticache/2015-02-02').writeAnswer('CreateUser', user);

  it.each<[string, ApiStructure, RegExp]>([
    ['an element that the model lacks', { UserID: 'a' }, /no UserID/],
    ['an element deep inside', { Authentication: { Kind: 'iam' } }, /Authentication: the API model has no Kind/],
    ['a value of another type', { UserGroupIds: 'users' }, /UserGroupIds: no list/],
    ['a number as text', { Authentication: { PasswordCount: '1' } }, /PasswordCount: 1 is no integer/],
    ['a value that the enumeration lacks', { Authentication: { Type: 'iron' } }, /"iron" is not one of password/],
  ])('has never %s', (_, answer, problem) => expect(() => write(answer)).toThrow(problem));

  it('is XML that holds what is said', () => {
    expect(write({ UserId: 'a&b', UserGroupIds: ['x', 'y'] })).toContain(
      '<CreateUserResult><UserId>a&amp;b</UserId><UserGroupIds><member>x</member><member>y</member></UserGroupIds></CreateUserResult>',
    );
  });
});
