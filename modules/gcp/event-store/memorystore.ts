import { MemorystoreInstance } from '@cdktf/provider-google/lib/memorystore-instance';
import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { Fn, TerraformLocal, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { FirewallRules } from '../foundation/firewall-rules';
import type { GcpEnvironment } from '../foundation/environment';
import { describeGcpPart } from '../foundation/part';
import { checkLabels } from '../foundation/labels';
import { isKnown } from '../../props/known';
import { checkWhole } from '../../props/checks';
import {
  resolveEventStoreProps,
  type EventStoreProps,
  type EventStoreSize,
  type IEventStore,
} from '../../event-store/event-store';
import { addEventStoreAlarms } from './alarms';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** Node types of 1.4, 6.5 and 13 GB (Memorystore for Valkey, "Instance and node specification"). The first has no SLA. */
const NODE_TYPES: Readonly<Record<EventStoreSize, string>> = {
  small: 'SHARED_CORE_NANO',
  medium: 'STANDARD_SMALL',
  large: 'HIGHMEM_MEDIUM',
};
/** Memorystore for Valkey, "Networking": the primary endpoint, with TLS and without. */
const PORT = 6379;
const ENGINE_VERSION = 'VALKEY_8_0';
/** Replicas of a shard (Memorystore for Valkey, "Overview"). */
const MAXIMUM_REPLICAS = 2;
/** A time at which few write programs, in UTC. */
const MAINTENANCE = { day: 'SUNDAY', startTime: { hours: 3 } };

/**
 * The event store on GCP: a Memorystore instance of Valkey with cluster mode off, reached over TLS at a private endpoint of the network,
 * with access tokens only. Made by {@link GcpPlatform.eventStore}; its construct ids are API.
 */
export class GcpEventStore extends Construct implements IEventStore {
  readonly url: string;
  /** What a program is told as `SANDPIPER_EVENTS_AUTH`. */
  readonly authentication = 'gcp-iam';
  /** The certificates of the authority that only this instance has, as base64: what a program is told as `SANDPIPER_EVENTS_CA`. */
  readonly authority: string;
  readonly instance: MemorystoreInstance;
  private readonly address: string;
  private readonly project: string;
  /** As IAM conditions name it. Made of what is known, so that a condition never waits for the instance. */
  private readonly resourceName: string;

  /** @throws InvalidPropError naming the prop, the value and the fix */
  constructor(
    scope: Construct,
    id: string,
    { platform, ...given }: EventStoreProps & { readonly platform: GcpEnvironment },
  ) {
    super(scope, id);
    const props = resolveEventStoreProps(given);
    checkWhole('replicas', props.replicas, 0, MAXIMUM_REPLICAS);
    checkLabels('tags', props.tags);
    const part = describeGcpPart(this, id, platform, props.tags);
    const { name, labels } = part;
    const { network } = platform;
    platform.apis.enable('memorystore.googleapis.com');
    this.project = platform.project;
    this.resourceName = `projects/${platform.project}/locations/${platform.region}/instances/${name()}`;
    this.instance = new MemorystoreInstance(this, 'instance', {
      instanceId: name(),
      location: platform.region,
      project: platform.project,
      // One shard and one address: the services' client is none of a cluster.
      mode: 'CLUSTER_DISABLED',
      shardCount: 1,
      replicaCount: props.replicas,
      nodeType: NODE_TYPES[props.size],
      engineVersion: ENGINE_VERSION,
      // A full store refuses writes: a job that is refused can be sent again, one whose events were evicted is lost without a word.
      engineConfigs: { 'maxmemory-policy': 'noeviction' },
      // Replicas stand in other zones than the primary; without any, Google chooses the zone.
      zoneDistributionConfig: { mode: 'MULTI_ZONE' },
      authorizationMode: 'IAM_AUTH',
      transitEncryptionMode: 'SERVER_AUTHENTICATION',
      kmsKey: platform.keyId,
      // What is in it lives for an hour; a copy of it would only be one more place that holds users' code.
      persistenceConfig: { mode: 'DISABLED' },
      maintenancePolicy: { weeklyMaintenanceWindow: [MAINTENANCE] },
      desiredAutoCreatedEndpoints: [{ network: networkId(platform), projectId: platform.project }],
      deletionProtectionEnabled: props.deletionProtection,
      labels: { ...labels },
      dependsOn: network.admitEventStores(),
    });
    guardAgainstDeletion(this.instance, props.deletionProtection);
    addEventStoreAlarms(part, props.alarms.emails ?? []);
    const { fqn } = this.instance;
    const connections = `flatten([for endpoint in ${fqn}.endpoints : [for connection in endpoint.connections : connection.psc_auto_connection]])`;
    this.address = new TerraformLocal(
      this,
      'address',
      `\${one([for connection in ${connections} : connection.ip_address if connection.connection_type == "CONNECTION_TYPE_PRIMARY"])}`,
    ).asString;
    this.authority = new TerraformLocal(
      this,
      'authority',
      `\${base64encode(join("\\n", flatten([for authority in ${fqn}.managed_server_ca : [for chain in authority.ca_certs : chain.certificates]])))}`,
    ).asString;
    this.url = `rediss://${this.address}:${PORT}`;
  }

  /** Lets an account connect, to this instance only: Memorystore has no grant of its own, so the project's is narrowed by a condition. */
  mayConnect(scope: Construct, id: string, member: string): ProjectIamMember {
    return new ProjectIamMember(scope, id, {
      project: this.project,
      role: 'roles/memorystore.dbConnectionUser',
      member,
      condition: {
        title: 'own-event-store',
        description: 'This event store and no other',
        expression: `resource.name == "${this.resourceName}"`,
      },
    });
  }

  /** Opens the way from machines to the store's one address. */
  admit(rules: FirewallRules, id: string): ITerraformDependable[] {
    return [rules.allowEgress(id, 'Events of jobs', [`${this.address}/32`], [String(PORT)])];
  }
}

/** Memorystore takes no self link and no name, as Compute Engine does: only `projects/<project>/global/networks/<name>`. */
function networkId({ network, project }: GcpEnvironment): string {
  if (network.isOwn) return network.network;
  const name = isKnown(network.network) ? network.network.split('/').at(-1) : Fn.basename(network.network);
  return `projects/${project}/global/networks/${name}`;
}
