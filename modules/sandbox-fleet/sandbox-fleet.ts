import type { IEventStore } from '../event-store/event-store';
import type { Artifact } from '../machine/artifact';
import type { MachineSize } from '../machine/capacity';
import type { ITlsService } from '../tls-service/tls-service';
import type { FleetScaling } from './scaling';

/**
 * Machines that run arbitrary code in sandboxes, and the queue they take it from: job queue, dead letters, runners that are scaled by
 * what is queued and running, and no way out of their network. Plain data: the same props on AWS and on GCP.
 */
export interface SandboxFleetProps {
  /** The runner; on a cloud, one that lies in the bootstrap bucket ({@link pushed}). On this machine, the gateway's own program. */
  readonly runner: Artifact;

  /** Where gateway and runners talk about jobs; made by the same platform. */
  readonly eventStore: IEventStore;

  /** Keys of the language images in the bootstrap bucket: what runners may read there besides the runner. @default none */
  readonly imageKeys?: readonly string[];

  /** Ids of the languages that the images hold: `hotLanguages` must be among them. @default - not known, and not checked */
  readonly languages?: readonly string[];

  /** Number and kind of the machines. */
  readonly capacity?: FleetCapacity;

  /** How the number of machines follows the jobs. @default the best numbers of the simulation */
  readonly scaling?: FleetScaling;

  /**
   * The longest that a job may take, compile and run together, in seconds, 10 to 3600. Runners lower the time limits of languages to it.
   * Gateways end a job a minute and twice this time after they accepted it, and a message that nobody extends comes back a minute later
   * than this. @default 120
   */
  readonly maximumJobSeconds?: number;

  /** How long a job may be queued before it is dropped, in seconds, 600 to 86400, and not before gateways end it. @default - 3600, or a minute and twice `maximumJobSeconds` where that is more */
  readonly queueRetentionSeconds?: number;

  /** How long what could not be run is kept for `./sandpiper dlq`, in days, 1 to 7. @default 7 */
  readonly deadLetterRetentionDays?: number;

  /**
   * Deliveries after which the broker itself puts a message aside, 5 to 100 (Pub/Sub's bounds). A backstop: attempts are counted in the
   * event store, where a drain costs none. @default 100
   */
  readonly maximumDeliveries?: number;

  /** Languages whose sandboxes wait, started ahead. @default - of python, javascript and bash, those of `languages` */
  readonly hotLanguages?: readonly string[];

  /** Sandboxes that wait on each machine, 0 to 100. @default twice the slots */
  readonly warmSandboxes?: number;

  /** Seconds that running jobs have when their machine is to go, before they are put back. 0 to 100 (a spot notice comes 120 s ahead on AWS; GCP allows 30 s, of which 20 are used at most). @default 20 */
  readonly drainSeconds?: number;

  /** How operators reach a runner, as of a TLS service. @default 'none' */
  readonly operatorAccess?: 'none' | 'cloud-tunnel';

  /** Base image, as of a TLS service: a new value rolls the machines. @default - the newest Debian 12 image at each start of a machine */
  readonly baseImage?: string;

  /** Days after which a machine is replaced, as of a TLS service. @default 30 */
  readonly maximumInstanceAgeDays?: number;

  /** Days the runners' journal is kept. @default 90 */
  readonly logRetentionDays?: number;

  /** Whom the alarms of the fleet tell. @default - the alarms exist and tell nobody */
  readonly alarms?: FleetAlarms;

  /** Refuse to destroy queues and logs until this was applied as `false`. @default true */
  readonly deletionProtection?: boolean;

  /** Tags (AWS) or labels (GCP) on everything of the fleet. @default none */
  readonly tags?: Readonly<Record<string, string>>;

  /** What only AWS has: an EC2 key pair, as `aws.operatorKeyPair` of a TLS service. May be a Terraform value. @default none */
  readonly aws?: { readonly operatorKeyPair?: string };
}

/** Number and kind of the machines of a fleet. */
export interface FleetCapacity {
  /** Machines that always run, 0 to 1000; with 0 the first job after a pause waits for one to boot. May be a Terraform value. @default 1 */
  readonly minInstances?: number;
  /** Machines at most, 1 to 1000, not below the minimum. May be a Terraform value. @default 10 */
  readonly maxInstances?: number;
  /**
   * How many of them are never spot machines, 0 to 1000, not above the maximum; all others are spot. AWS: the on-demand base; GCP: a group of
   * fixed size beside the autoscaled one (which then has `minInstances` less these, and at least none). May be a Terraform value. @default 1
   */
  readonly onDemandInstances?: number;
  /** @default 'large' */
  readonly machineSize?: MachineSize;
  /** Jobs that a machine runs at once, 1 to 64. @default - its processors: 2 for small and medium, 4 for large, 8 for xlarge */
  readonly slotsPerInstance?: number;
  /** Size of the disk in GiB, 10 to 2000: system, images and what waits. @default 30 */
  readonly diskGib?: number;
}

/** When an alarm of a fleet rises, and who is told. */
export interface FleetAlarms {
  /** Mail addresses; may be Terraform values, or one Terraform list value. @default none */
  readonly emails?: readonly string[];
  /** Age of the oldest waiting job that raises the alarm, in seconds, 10 to 3600. @default 120 */
  readonly oldestWaitSeconds?: number;
  /** p95 of the time from a job's acceptance to its first event, over five minutes, that raises the alarm, in seconds, 1 to 3600. @default 10 */
  readonly startSeconds?: number;
}

/** A deployed fleet, as a gateway uses it. */
export interface ISandboxFleet {
  /** Environment variables of a gateway of this fleet: queue, dead letters, event store, slots, law, where it publishes the demand. */
  readonly gatewayEnvironment: Readonly<Record<string, string>>;
  /** Whom to grant what runners need besides. AWS: the role's ARN. GCP: `serviceAccount:<mail>`. */
  readonly runnerIdentity: string;

  /**
   * Lets the machines of a gateway, a TLS service of the same platform, send jobs, reach the event store and publish the demand; adds
   * the dashboard and the alarms of both. Once for each fleet.
   */
  serve(gateway: ITlsService): void;
}
