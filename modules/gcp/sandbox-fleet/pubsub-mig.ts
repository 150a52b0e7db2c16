import type { LoggingProjectBucketConfig } from '@cdktf/provider-google/lib/logging-project-bucket-config';
import type { MonitoringDashboard } from '@cdktf/provider-google/lib/monitoring-dashboard';
import type { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { Construct } from 'constructs';
import { renderBootScript } from '../../machine/boot-script';
import { programEnvironment } from '../../machine/program-environment';
import { engineSettings } from '../../../contracts/engine-settings';
import { gatewaySettings } from '../../../contracts/gateway-settings';
import { runnerSettings } from '../../../contracts/runner-settings';
import { GcpEventStore } from '../event-store/memorystore';
import type { StoredArtifact } from '../foundation/artifact-bucket';
import { FirewallRules } from '../foundation/firewall-rules';
import type { GcpEnvironment } from '../foundation/environment';
import { describeGcpPart } from '../foundation/part';
import { addLogBucket } from '../foundation/log-bucket';
import { InvalidPropError } from '../../props/invalid-prop';
import { specOf, storedObject } from '../machine/boot';
import { GcpHttpsLbTlsService } from '../tls-service/https-lb';
import { storeHostAgent } from '../machine/host-agent';
import type { ITlsService } from '../../tls-service/tls-service';
import { addFleetAlarms, addGatewayAlarm, type AddAlarm } from './alarms';
import { addDashboard } from './dashboard';
import { GCP_SCALING_DEFAULTS } from './defaults';
import type { GcpFleet } from './fleet';
import { admitGateway } from './gateway';
import { checkGcpFleet } from './options';
import { addQueues, type GcpQueues } from './queue';
import { addRunnerIdentity } from './runner-identity';
import { addRunners, MAXIMUM_DRAIN_SECONDS, type GcpRunners } from './runners';
import { resolveSandboxFleetProps, RUNNER_ADMIN_PORT } from '../../sandbox-fleet/resolve';
import { fleetValues, runnerValues, slotsOf } from '../../sandbox-fleet/program-values';
import type { ISandboxFleet, SandboxFleetProps } from '../../sandbox-fleet/sandbox-fleet';

/**
 * A sandbox fleet on GCP: a Pub/Sub topic and subscription, and two managed instance groups of runners in a subnetwork without a way out.
 * Made by {@link GcpPlatform.sandboxFleet}. The resources are public, as escape hatches; their construct ids are API.
 */
export class GcpPubsubMigFleet extends Construct implements ISandboxFleet {
  readonly gatewayEnvironment: Readonly<Record<string, string>>;
  readonly runnerIdentity: string;

  readonly queues: GcpQueues;
  readonly runners: GcpRunners;
  readonly serviceAccount: ServiceAccount;
  readonly logBucket: LoggingProjectBucketConfig;
  /** Made when it serves a gateway. */
  dashboard?: MonitoringDashboard;

  private readonly fleet: GcpFleet;
  private readonly addAlarm: AddAlarm;
  private gateway?: ITlsService;

  /** @throws InvalidPropError naming the prop, the value and the fix */
  constructor(
    scope: Construct,
    id: string,
    { platform, ...given }: SandboxFleetProps & { readonly platform: GcpEnvironment },
  ) {
    super(scope, id);
    const resolved = resolveSandboxFleetProps(GCP_SCALING_DEFAULTS, given);
    checkGcpFleet(resolved);
    const props = { ...resolved, drainSeconds: Math.min(resolved.drainSeconds, MAXIMUM_DRAIN_SECONDS) };
    const { eventStore } = props;
    if (!(eventStore instanceof GcpEventStore)) {
      throw new InvalidPropError('eventStore', 'another store', 'must be one that eventStore() of this platform made');
    }
    const fleet: GcpFleet = { ...describeGcpPart(this, id, platform, props.tags), props, eventStore };
    this.fleet = fleet;

    this.queues = addQueues(fleet);
    const objects = {
      runner: platform.bootstrap.object(props.runner),
      hostAgent: storeHostAgent(fleet, 'x64'),
    };
    const identity = addRunnerIdentity(fleet, this.queues, Object.values(objects));
    this.serviceAccount = identity.account;
    this.runnerIdentity = identity.account.member;
    this.logBucket = addLogBucket(fleet, {
      account: identity.account,
      content: 'Journal',
      retentionDays: props.logRetentionDays,
      deletionProtection: props.deletionProtection,
    });
    this.runners = addRunners(fleet, {
      accountEmail: identity.account.email,
      bootScript: this.bootScript(objects),
      ready: [...identity.grants, ...this.closeNetwork()],
    });
    this.addAlarm = addFleetAlarms(fleet, this.queues);
    this.gatewayEnvironment = programEnvironment(
      { ...engineSettings, ...gatewaySettings },
      {
        ...this.engineValues(),
        ...fleetValues(props),
        baseSlots: slotsOf(props.capacity.onDemandInstances, props.capacity),
        demand: {
          service: 'monitoring',
          project: platform.project,
          region: platform.region,
          environment: `${platform.application}-${platform.environment}`,
          fleet: id,
        },
        // Google's load balancer appends the client's address and its own to X-Forwarded-For.
        trustedProxies: 2,
      },
    );
  }

  /** @throws InvalidPropError when it serves one already, or one of another platform */
  serve(gateway: ITlsService): void {
    if (!(gateway instanceof GcpHttpsLbTlsService)) {
      throw new InvalidPropError('gateway', gateway.url, 'must be a service of the platform that made the fleet');
    }
    if (this.gateway !== undefined) {
      throw new InvalidPropError('gateway', gateway.url, `is a second one: the fleet serves ${this.gateway.url}`);
    }
    this.gateway = gateway;
    admitGateway(this.fleet, this.queues, gateway);
    addGatewayAlarm(this.fleet, gateway, this.addAlarm);
    this.dashboard = addDashboard(this.fleet, this.queues, gateway);
  }

  /** Nothing comes in, and nothing goes out but to Google's APIs and the event store: told by the fleet itself, whatever else the network allows. */
  private closeNetwork() {
    const { props, eventStore } = this.fleet;
    const rules = new FirewallRules(this.fleet, this.serviceAccount.email);
    rules.denyIngress();
    if (props.operatorAccess === 'cloud-tunnel') rules.allowOperators();
    return [rules.denyEgress(), rules.allowGoogleApis(), ...eventStore.admit(rules, 'runners-to-event-store')];
  }

  private engineValues() {
    const { eventStore } = this.fleet;
    return {
      queue: this.queues.jobs.url,
      deadLetters: this.queues.deadLetters.url,
      eventStore: eventStore.url,
      eventStoreAuthentication: eventStore.authentication,
      eventStoreAuthority: eventStore.authority,
    };
  }

  private bootScript(objects: { readonly runner: StoredArtifact; readonly hostAgent: StoredArtifact }): string {
    const { id, platform, props } = this.fleet;
    return renderBootScript({
      ...specOf(this.fleet),
      profile: 'sandbox-host',
      hostAgent: storedObject(objects.hostAgent),
      artifact: { ...storedObject(objects.runner), kind: 'archive' },
      command: props.runner.command,
      variables: programEnvironment(
        { ...engineSettings, ...runnerSettings },
        {
          ...runnerValues(id, props),
          ...this.engineValues(),
          machine: 'gcp',
          imageSource: `gs://${platform.bootstrap.bucket}`,
        },
      ),
      secrets: [],
      port: RUNNER_ADMIN_PORT,
      health: { path: '/readyz', expectedStatus: 200 },
      drainSeconds: props.drainSeconds,
    });
  }
}
