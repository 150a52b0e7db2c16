import * as fs from 'node:fs';
import * as path from 'node:path';
import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeLaunchTemplateVersionsCommand, DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetRolePolicyCommand } from '@aws-sdk/client-iam';
import { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { GetBucketVersioningCommand, GetObjectCommand, GetPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { buildGoPrograms, sha256 } from '../../../tools/artifacts/build/go-programs';
import { readStack, workAroundMoto, type StackJson } from '../../kit/clouds/aws/emulator-stack';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import {
  DOMAIN,
  preparePlaygroundStack,
  readPlaygroundStack,
  REGION,
  type MachineGroup,
  type PlaygroundStack,
} from '../../kit/clouds/aws/playground-stack';
import { whatIsThere, type AwsClients } from '../../kit/clouds/aws/what-is-there';
import { awsCloud, bootMachine, machineTools, type Machine } from '../../kit/machines/machine';
import { requireTool } from '../../kit/require-tool';
import { findSecret, findSecretInFiles } from '../../kit/secret-search';
import { allResources, type Planned, type ResourceValues, type Terraform } from '../../kit/terraform';
import { GILFOYLE, user } from '../boot/scenario';
import { playgroundSuite } from './playground-suite';

/** Long enough that no other text holds it by chance; the machine's own test has the short one that signed its token. */
const SECRET = 'the "planted" signing secret + 2/3 of <another>';
const SECRET_2 = 'sekret';
const GROUPS: readonly MachineGroup[] = ['user-api', 'playground', 'playground-fleet'];
const NAME = 'sandpiper-test-user-api';
/** The second plan read all that is there: what follows need not read it again. */
const AS_IN_STATE = ['-refresh=false'];
/** Of one test at most, on a machine that is busy with others. */
const PATIENCE_SECONDS = 900;
jest.setTimeout(PATIENCE_SECONDS * 1000);

describe('aws-stack with the playground, applied with the real AWS provider', () => {
  if (!requireTool(['terraform', 'moto_server', 'go'])) return;
  let moto: Moto;
  let stack: PlaygroundStack;
  let aws: AwsClients;
  let terraform: Terraform;
  let trace: string;
  let before: Record<string, string[]>;
  let promised: Planned;
  let synthesized: StackJson;
  let made: readonly ResourceValues[];

  const there = () => whatIsThere(aws, stack.front.endpoint, REGION);
  const group = async () => {
    const { AutoScalingGroups } = await aws.autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [NAME] }),
    );
    return AutoScalingGroups![0]!;
  };
  const bootScript = () => stack.userData('user-api');

  beforeAll(async () => {
    moto = await startMoto();
    const variables = { alarm_emails: ['ops@example.test'] };
    const prepared = await preparePlaygroundStack({ moto, jwtSecret: SECRET, variables });
    ({ aws, terraform } = prepared);
    before = await whatIsThere(aws, prepared.front.endpoint, REGION);
    trace = path.join(prepared.directory, '..', 'terraform-trace.log');
    promised = await terraform.plan({ file: 'promised.tfplan' });
    synthesized = readStack(prepared.directory);
    workAroundMoto(prepared.directory);
    await terraform.with({ environment: { TF_LOG: 'trace', TF_LOG_PATH: trace } }).apply();
    stack = await readPlaygroundStack(prepared);
    made = stack.resources;
  });

  afterAll(async () => {
    await stack?.stop();
    await moto?.stop();
  });

  it("plans nothing but creations, with the certificate's DNS records unknown until it is requested", () => {
    const changes = (promised.json.resource_changes ?? []).filter(({ mode }) => mode === 'managed');
    expect(new Set(changes.map(({ change }) => change.actions.join()))).toEqual(new Set(['create']));
    const validation = changes.find(({ address }) => address.includes('certificate-validation-record-0'))!;
    expect(validation.change.after_unknown).toMatchObject({ name: true, records: true });
  });

  it('plans no change once it is applied', async () => {
    const again = await terraform.plan();
    const changed = (again.json.resource_changes ?? []).filter(({ change }) => change.actions.join() !== 'no-op');
    expect(changed.map(({ address, change }) => `${change.actions.join()} ${address}`)).toEqual([]);
    expect(again.hasChanges).toBe(false);
  });

  playgroundSuite({ promised: () => ({ plan: promised.json, synthesized }), stack: () => stack });

  it('has a load balancer that forwards the public path and nothing else', async () => {
    const [balancer] = (await aws.elb.send(new elb.DescribeLoadBalancersCommand({ Names: [NAME] }))).LoadBalancers!;
    expect(balancer).toMatchObject({
      LoadBalancerName: NAME,
      Type: 'application',
      IpAddressType: 'dualstack',
    });
    const of = { LoadBalancerArn: balancer!.LoadBalancerArn };
    const { Attributes } = await aws.elb.send(new elb.DescribeLoadBalancerAttributesCommand(of));
    expect(Object.fromEntries(Attributes!.map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      'deletion_protection.enabled': 'true',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'access_logs.s3.enabled': 'true',
      'idle_timeout.timeout_seconds': '60',
    });
    const { Listeners } = await aws.elb.send(new elb.DescribeListenersCommand(of));
    const https = Listeners!.find(({ Port }) => Port === 443)!;
    expect(https).toMatchObject({ Protocol: 'HTTPS', SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09' });
    expect(https.DefaultActions![0]!.FixedResponseConfig).toMatchObject({ StatusCode: '404' });
    const http = Listeners!.find(({ Port }) => Port === 80)!;
    expect(http.DefaultActions![0]!.RedirectConfig).toMatchObject({ Protocol: 'HTTPS', StatusCode: 'HTTP_301' });
    const { Rules } = await aws.elb.send(new elb.DescribeRulesCommand({ ListenerArn: https.ListenerArn }));
    const forwards = Rules!.filter(({ Actions }) => Actions![0]!.Type === 'forward');
    expect(forwards).toHaveLength(1);
    const conditions = Object.fromEntries(
      forwards[0]!.Conditions!.map((c) => [c.Field, c.PathPatternConfig?.Values ?? c.HostHeaderConfig?.Values]),
    );
    expect(conditions).toEqual({ 'path-pattern': ['/v1/user'], 'host-header': [`user-api.${DOMAIN}`] });
  });

  it('has a target group that asks the private health path', async () => {
    const arn = stack.one('lb_target_group', '_user-api_').arn as string;
    const [targets] = (await aws.elb.send(new elb.DescribeTargetGroupsCommand({ TargetGroupArns: [arn] })))
      .TargetGroups!;
    expect(targets).toMatchObject({
      Port: 3000,
      Protocol: 'HTTP',
      HealthCheckPath: '/healthz',
      Matcher: { HttpCode: '204' },
    });
  });

  it('has instances in the private subnets, from a numbered template, without public address and metadata of version 1', async () => {
    const scaling = await group();
    expect(scaling).toMatchObject({ MinSize: 2, MaxSize: 6, HealthCheckType: 'ELB', LaunchTemplate: { Version: '1' } });
    const subnets = made.filter(({ type }) => type === 'aws_subnet');
    const idsOf = (tier: string) =>
      subnets.filter(({ name }) => name.includes(`_${tier}-`)).map(({ values }) => values.id as string);
    expect(scaling.VPCZoneIdentifier!.split(',').sort()).toEqual(idsOf('private').sort());
    const { LaunchTemplateVersions } = await aws.ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: NAME, Versions: ['1'] }),
    );
    expect(LaunchTemplateVersions![0]!.LaunchTemplateData).toMatchObject({
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      NetworkInterfaces: [{ AssociatePublicIpAddress: false }],
    });
  });

  it('closes the default security group', async () => {
    const { SecurityGroups } = await aws.ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'tag:Name', Values: ['sandpiper-test-default-closed'] }] }),
    );
    expect(SecurityGroups).toHaveLength(1);
    expect(SecurityGroups![0]).toMatchObject({ IpPermissions: [], IpPermissionsEgress: [] });
  });

  it('stores the program, versioned and not public, and lets the role read just that', async () => {
    const bucket = `sandpiper-test-artifacts-123456789012-${REGION}`;
    const object = await aws.s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'user-api/user-api' }));
    const [program] = buildGoPrograms(['linux-x64'], ['user-api']);
    const stored = path.join(stack.directory, 'stored');
    fs.writeFileSync(stored, await object.Body!.transformToByteArray());
    expect(sha256(stored)).toBe(sha256(program!.file));
    expect((await aws.s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status).toBe('Enabled');
    const { PublicAccessBlockConfiguration } = await aws.s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
    expect(new Set(Object.values(PublicAccessBlockConfiguration!))).toEqual(new Set([true]));
    const { PolicyDocument } = await aws.iam.send(
      new GetRolePolicyCommand({ RoleName: `${NAME}-${REGION}`, PolicyName: 'instance' }),
    );
    const policy = JSON.parse(decodeURIComponent(PolicyDocument!)) as {
      Statement: { Sid: string; Resource: unknown }[];
    };
    expect(policy.Statement.find(({ Sid }) => Sid === 'ReadOwnPrograms')!.Resource).toEqual([
      `arn:aws:s3:::${bucket}/user-api/user-api`,
      `arn:aws:s3:::${bucket}/host-agent-x64/host-agent`,
    ]);
  });

  it('points the names at the load balancers, over IPv4 and IPv6', async () => {
    const zone = made.find(({ type }) => type === 'aws_route53_zone')!;
    const { ResourceRecordSets } = await aws.route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zone.values.zone_id as string }),
    );
    const names = ResourceRecordSets!
      .filter(({ AliasTarget }) => AliasTarget)
      .map(({ Type, Name }) => `${Type} ${Name}`);
    const services = [`playground.${DOMAIN}.`, `user-api.${DOMAIN}.`];
    expect(names.sort()).toEqual(['A', 'AAAA'].flatMap((type) => services.map((service) => `${type} ${service}`)));
  });

  it('stores the secret for the user API and for the gateway, and leaves its value nowhere else', async () => {
    const secrets = made.filter(({ type }) => type === 'aws_secretsmanager_secret');
    expect(secrets).toHaveLength(2);
    for (const { values } of secrets) {
      const { SecretString } = await aws.secrets.send(new GetSecretValueCommand({ SecretId: values.arn as string }));
      expect(SecretString).toBe(SECRET);
    }
    const scripts = Object.fromEntries(
      await Promise.all(GROUPS.map(async (name) => [name, await stack.userData(name)] as const)),
    );
    const log = fs.readFileSync(trace, 'utf8');
    expect(log).toContain('rpc.method=PutSecretValue');
    // The AWS provider's own wire log has whole bodies at TF_LOG=debug and finer (hashicorp/terraform-provider-aws#16985): no
    // module can keep it from that. Nothing else in the log may hold the value; TF_LOG_CORE=trace holds it nowhere.
    const beside = log.replace(/^ {2}\| \{.*"SecretString": ?".*$/gm, '');
    expect([...findSecretInFiles(SECRET, stack.directory), ...findSecret(SECRET, { ...scripts, beside })]).toEqual([]);
    const planted = path.join(stack.directory, 'planted');
    fs.writeFileSync(planted, `x${Buffer.from(`...${SECRET}`).toString('base64')}`);
    expect(findSecretInFiles(SECRET, stack.directory)).not.toEqual([]);
    expect(findSecret(SECRET, { log: log + SECRET })).not.toEqual([]);
    fs.rmSync(planted);
  });

  it('rolls the instances when the secret is rotated', async () => {
    const rotated = terraform.with({ variables: { app_jwt_secret: SECRET_2, app_jwt_secret_version: 2 } });
    const refreshesBefore = stack.front.instanceRefreshes.length;
    const versionBefore = Number((await group()).LaunchTemplate!.Version);
    const scriptBefore = await bootScript();
    await rotated.apply((await rotated.plan({ args: AS_IN_STATE })).file);
    terraform = rotated;
    expect(Number((await group()).LaunchTemplate!.Version)).toBe(versionBefore + 1);
    expect(await bootScript()).not.toBe(scriptBefore);
    const asked = stack.front.instanceRefreshes.slice(refreshesBefore).sort((a, b) => (a.group < b.group ? -1 : 1));
    // AWS refuses to roll back a template whose image is a parameter.
    const whole = { asked: { Preferences: { AutoRollback: false, MinHealthyPercentage: 100 } } };
    // Runners know no secret.
    expect(asked).toMatchObject([
      { group: 'sandpiper-test-playground', ...whole },
      { group: NAME, ...whole },
    ]);
  });

  describe('an instance booted from the launch template', () => {
    if (!requireTool(machineTools)) return;
    let machine: Machine;

    beforeAll(async () => {
      const cloud = awsCloud({ motoEndpoint: stack.front.endpoint, region: REGION });
      machine = await bootMachine({ cloud, bootScript: await bootScript() });
      await machine.waitFor('/healthz', { port: 3000, status: 204, seconds: 120 });
    });
    afterAll(() => machine?.stop());

    it('answers who the bearer of a token is', async () => {
      expect(await user(machine)).toEqual({ status: 200, body: GILFOYLE });
    });

    it("ships its journal to the service's log group", async () => {
      const logGroupName = '/sandpiper/test/user-api';
      await machine.until('its log lines are in CloudWatch Logs', async () => {
        const { logStreams } = await aws.logs.send(new DescribeLogStreamsCommand({ logGroupName }));
        if (!logStreams?.some(({ logStreamName }) => logStreamName === machine.id)) return false;
        const { events } = await aws.logs.send(new GetLogEventsCommand({ logGroupName, logStreamName: machine.id }));
        const lines = (events ?? []).map(({ message }) => message ?? '');
        expect(findSecret(SECRET, { lines: lines.join('\n') })).toEqual([]);
        return lines.some((line) => line.includes('user-api'));
      });
    });
  });

  it('refuses to be destroyed while it is protected, and destroys nothing', async () => {
    const untouched = await there();
    // What the last test finds gone is there now.
    expect(Object.keys(untouched).filter((type) => untouched[type]!.length <= before[type]!.length)).toEqual([]);
    await expect(terraform.destroy(AS_IN_STATE)).rejects.toThrow(/lifecycle\.prevent_destroy/);
    expect(await there()).toEqual(untouched);
  });

  it('leaves nothing once protection was applied off', async () => {
    stack.change({ DELETION_PROTECTION: 'false' });
    workAroundMoto(stack.directory);
    await terraform.apply((await terraform.plan({ args: AS_IN_STATE })).file);
    await terraform.destroy(AS_IN_STATE);
    expect(allResources(await terraform.state())).toEqual([]);
    expect(await there()).toEqual(before);
  });
});
