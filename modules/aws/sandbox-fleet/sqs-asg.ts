import type { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import type { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { Construct } from 'constructs';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import type { AwsEnvironment } from '../foundation/environment';
import { describeAwsPart } from '../foundation/part';
import { allowEndpointsOnly } from '../foundation/network';
import { admitOperators } from '../foundation/operator-tunnel';
import { tagEverything } from '../foundation/tag-everything';
import { renderBootScript } from '../../machine/boot-script';
import { programEnvironment } from '../../machine/program-environment';
import { engineSettings } from '../../../contracts/engine-settings';
import { gatewaySettings } from '../../../contracts/gateway-settings';
import { runnerSettings } from '../../../contracts/runner-settings';
import { AwsEventStore } from '../event-store/elasticache';
import { InvalidPropError } from '../../props/invalid-prop';
import { AwsAlbTlsService } from '../tls-service/alb';
import { stored, storeHostAgent } from '../machine/boot';
import type { ITlsService } from '../../tls-service/tls-service';
import { addFleetAlarms } from './alarms';
import { addDashboard } from './dashboard';
import { AWS_SCALING_DEFAULTS } from './defaults';
import type { AwsFleet } from './fleet';
import { addGatewayAlarm, admitGateway } from './gateway';
import { checkAwsFleet } from './options';
import { addQueues, type AwsQueues } from './queue';
import { addRunnerIdentity, groupStatement, queueStatements } from './runner-identity';
import { addRunners, hookName } from './runners';
import { addFleetScaling } from './scaling';
import { resolveSandboxFleetProps, RUNNER_ADMIN_PORT } from '../../sandbox-fleet/resolve';
import { fleetValues, runnerValues } from '../../sandbox-fleet/program-values';
import type { ISandboxFleet, SandboxFleetProps } from '../../sandbox-fleet/sandbox-fleet';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** AWS's services that a runner talks to through interface endpoints: its queue, its group, its journal. S3 has a gateway endpoint. */
const RUNNER_SERVICES = ['sqs', 'autoscaling', 'logs'];

/**
 * A sandbox fleet on AWS: an SQS queue, and an Auto Scaling group of runners in subnets without a route out.
 * Made by {@link AwsPlatform.sandboxFleet}. The resources are public, as escape hatches; their construct ids are API.
 */
export class AwsSqsAsgFleet extends Construct implements ISandboxFleet {
  readonly gatewayEnvironment: Readonly<Record<string, string>>;
  readonly runnerIdentity: string;

  readonly jobs: SqsQueue;
  readonly deadLetters: SqsQueue;
  readonly launchTemplate: LaunchTemplate;
  readonly group: AutoscalingGroup;
  readonly role: IamRole;
  readonly securityGroup: SecurityGroup;
  readonly logGroup: CloudwatchLogGroup;
  /** Carries the alarms; subscribe to it what should know of them. */
  readonly alarmTopic: SnsTopic;

  private readonly fleet: AwsFleet;
  private readonly queues: AwsQueues;
  private gateway?: ITlsService;

  /** @throws InvalidPropError naming the prop, the value and the fix */
  constructor(
    scope: Construct,
    id: string,
    { platform, ...given }: SandboxFleetProps & { readonly platform: AwsEnvironment },
  ) {
    super(scope, id);
    const props = resolveSandboxFleetProps(AWS_SCALING_DEFAULTS, given);
    checkAwsFleet(props);
    const { eventStore } = props;
    if (!(eventStore instanceof AwsEventStore)) {
      throw new InvalidPropError('eventStore', 'another store', 'must be one that eventStore() of this platform made');
    }
    const fleet: AwsFleet = { ...describeAwsPart(this, id, platform, props.tags), props, eventStore };
    const name = fleet.name();
    this.fleet = fleet;
    tagEverything(this, fleet.tags);

    this.queues = addQueues(fleet);
    this.jobs = this.queues.jobs;
    this.deadLetters = this.queues.deadLetters;
    this.logGroup = new CloudwatchLogGroup(this, 'log', {
      name: `/${platform.application}/${platform.environment}/${id}`,
      retentionInDays: props.logRetentionDays,
      kmsKeyId: platform.keyArn,
    });
    guardAgainstDeletion(this.logGroup, props.deletionProtection);
    const objects = {
      runner: platform.bootstrap.object(props.runner),
      hostAgent: storeHostAgent(platform, 'x64'),
    };
    const identity = addRunnerIdentity(fleet, {
      queues: this.queues,
      objects: Object.values(objects),
      logGroupArn: this.logGroup.arn,
    });
    this.role = identity.role;
    this.runnerIdentity = identity.role.arn;

    const { network } = platform;
    this.securityGroup = new SecurityGroup(this, 'security-group', {
      name,
      description: `Runners of ${name}: nothing comes in`,
      vpcId: network.vpcId,
      tags: { Name: name },
    });
    const placement = network.fleetPlacement(id, RUNNER_SERVICES);
    const ready = [
      ...placement.ready,
      ...identity.ready,
      ...network.reach('sqs', ...queueStatements(fleet, this.queues)),
      ...network.reach('autoscaling', groupStatement(fleet)),
      ...allowEndpointsOnly(this, this.securityGroup.id, placement, { ...platform, vpcId: network.vpcId }),
      ...eventStore.admit(this, 'runners', this.securityGroup.id),
    ];
    const runners = addRunners(fleet, {
      placement,
      securityGroupId: this.securityGroup.id,
      identity,
      userData: this.bootScript(objects),
      ready,
    });
    this.launchTemplate = runners.launchTemplate;
    this.group = runners.group;
    addFleetScaling(fleet, runners);
    if (props.operatorAccess === 'cloud-tunnel') {
      admitOperators(this, network.operatorTunnel().securityGroupId, this.securityGroup.id);
    }
    this.alarmTopic = addFleetAlarms(fleet, this.queues);
    this.gatewayEnvironment = {
      ...programEnvironment(
        { ...engineSettings, ...gatewaySettings },
        {
          ...this.engineValues(),
          ...fleetValues(props),
          eventStoreAuthentication: eventStore.authentication('gateway'),
          demand: {
            service: 'cloudwatch',
            region: platform.region,
            environment: `${platform.application}-${platform.environment}`,
            fleet: id,
          },
        },
      ),
      AWS_REGION: platform.region,
      // The load balancer appends the client's address to X-Forwarded-For.
      ...programEnvironment(gatewaySettings, { trustedProxies: 1 }),
    };
  }

  /** @throws InvalidPropError when it serves one already, or one of another platform */
  serve(gateway: ITlsService): void {
    if (!(gateway instanceof AwsAlbTlsService)) {
      throw new InvalidPropError('gateway', gateway.url, 'must be a service of the platform that made the fleet');
    }
    if (this.gateway !== undefined) {
      throw new InvalidPropError('gateway', gateway.url, `is a second one: the fleet serves ${this.gateway.url}`);
    }
    this.gateway = gateway;
    admitGateway(this.fleet, this.queues, gateway);
    addGatewayAlarm(this.fleet, gateway, this.alarmTopic);
    addDashboard(this.fleet, this.queues, gateway);
  }

  private engineValues() {
    return { queue: this.jobs.url, deadLetters: this.deadLetters.url, eventStore: this.fleet.eventStore.url };
  }

  private bootScript(objects: { readonly runner: StoredArtifact; readonly hostAgent: StoredArtifact }): string {
    const { id, platform, props, eventStore } = this.fleet;
    return renderBootScript({
      schemaVersion: 1,
      cloud: 'aws',
      region: platform.region,
      service: id,
      environmentName: platform.environment,
      profile: 'sandbox-host',
      hostAgent: stored(objects.hostAgent),
      artifact: { ...stored(objects.runner), kind: 'archive' },
      command: props.runner.command,
      variables: {
        ...programEnvironment(
          { ...engineSettings, ...runnerSettings },
          {
            ...runnerValues(id, props),
            ...this.engineValues(),
            eventStoreAuthentication: eventStore.authentication('runner'),
            machine: 'aws',
            autoScalingGroup: this.fleet.name(),
            lifecycleHook: hookName(this.fleet),
            imageSource: `s3://${platform.bootstrap.bucket}/${platform.region}`,
          },
        ),
        AWS_REGION: platform.region,
      },
      secrets: [],
      port: RUNNER_ADMIN_PORT,
      health: { path: '/readyz', expectedStatus: 200 },
      drainSeconds: props.drainSeconds,
      logs: { logGroup: this.logGroup.name },
    });
  }
}
