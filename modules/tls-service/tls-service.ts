import type { Architecture, Artifact } from '../machine/artifact';
import type { Capacity } from '../machine/capacity';
import type { CertificateSource } from './certificate-source';
import type { SecretSource } from './secret-source';
import type { AwsTlsServiceOptions, GcpTlsServiceOptions } from './cloud-options';

/**
 * A program that listens on a port, behind a load balancer that terminates TLS. Plain data: the same props describe the
 * service on AWS, on GCP and on this machine.
 */
export interface TlsServiceProps {
  /** The program. */
  readonly artifact: Artifact;

  /** TCP port the program listens on, on all addresses; given to it as `PORT`. 1024 to 65535, without the health port. @default 3000 */
  readonly port?: number;

  /** Environment variables. No secrets here: they would be in plan and state. @default none */
  readonly environment?: Readonly<Record<string, string>>;

  /** Environment variables whose values come from a secret manager, read at boot by the machine. Key: the variable's name. @default none */
  readonly secrets?: Readonly<Record<string, SecretSource>>;

  /** Private liveness check of the load balancer and of the group's healing. @default `GET /healthz` answers 204 */
  readonly healthCheck?: HealthCheck;

  /**
   * What the internet may ask for: exact paths (`/v1/user`) or prefixes (`/v1/*`). Everything else, the health path first
   * of all, is answered with 404 by the load balancer. A path that would make the health path public is refused. At least one.
   */
  readonly publicPaths: readonly string[];

  /** Names the service answers to, all inside `zone`, such as `api.example.com`. @default none - reached by the load balancer's address */
  readonly hostNames?: readonly string[];

  /**
   * DNS zone, public and present in the same account, that holds the host names.
   * AWS: the zone's domain name. GCP: the managed zone's name (its resource name, not its domain).
   * Local: ignored.
   * @default none - no DNS records are written
   */
  readonly zone?: string;

  /** Certificate of the TLS listener. @default `managedCertificate()` where `hostNames` and `zone` are given; required otherwise */
  readonly certificate?: CertificateSource;

  /** Number and size of the instances. @default two to six small ones, held at 60 % CPU */
  readonly capacity?: Capacity;

  /**
   * Seconds a client's connection may be silent (an upgraded WebSocket too) before the load balancer ends it. 1 to 4000
   * (ALB `idle_timeout.timeout_seconds`); GCP applies it as the backend service's timeout, which bounds a WebSocket's whole life.
   * @default 60
   */
  readonly idleTimeoutSeconds?: number;

  /** Seconds a request in flight may still take when its instance goes away. 0 to 3600. @default 30 */
  readonly drainSeconds?: number;

  /** Keep a log of each request at the load balancer. @default kept for 90 days */
  readonly accessLogs?: AccessLogs | false;

  /** Web application firewall before the service. @default false - none; `{}` gives the managed rules and a rate limit */
  readonly firewall?: Firewall | false;

  /** Whom alarms on 5xx answers, latency and unhealthy instances tell. @default - the alarms exist and tell nobody */
  readonly alarms?: Alarms;

  /**
   * Refuse to destroy what holds traffic or data (load balancer, secrets, logs) until this was applied as `false`. A load
   * balancer on GCP has no such switch: there Terraform itself refuses (`prevent_destroy`), for as long as the service is in
   * the configuration. @default true
   */
  readonly deletionProtection?: boolean;

  /** Whether instances may open connections to the internet, through NAT. @default false - only to the cloud's own services */
  readonly internetEgress?: boolean;

  /** How operators reach an instance; never from the internet directly. @default 'none' */
  readonly operatorAccess?: 'none' | 'cloud-tunnel';

  /** CPU architecture of the instances; the artifact must be built for it. @default 'x64' */
  readonly architecture?: Architecture;

  /**
   * Base image: a Debian 12 image. AWS: AMI id; GCP: image self link. A new value rolls the instances. A Terraform value
   * may be null at plan, which means the default. Exactly this image is booted.
   * @default - the newest Debian 12 image at each start of an instance, found by the cloud itself
   */
  readonly baseImage?: string;

  /**
   * Days after which an instance is replaced, so that it boots the newest image: instances without a way to the internet cannot patch themselves. Whole
   * number, 1 to 365; 0: never. May be a Terraform value. AWS: the group's maximum instance lifetime. GCP: the host agent fails the health check
   * and the group heals the instance, each at another hour of the last tenth of its days.
   * @default 30
   */
  readonly maximumInstanceAgeDays?: number;

  /** Days the service's journal is kept in the cloud's log store: one of the values CloudWatch Logs takes. GCP: at most 3650. @default 90 */
  readonly logRetentionDays?: number;

  /** Tags (AWS) or labels (GCP: lower-case letters, digits, "_" and "-") on everything of the service, besides the platform's. @default none */
  readonly tags?: Readonly<Record<string, string>>;

  /** What only AWS has. @default none */
  readonly aws?: AwsTlsServiceOptions;

  /** What only GCP has. @default none */
  readonly gcp?: GcpTlsServiceOptions;
}

/** Liveness: "this process serves". It must not depend on any other system, or one outage has every instance replaced. */
export interface HealthCheck {
  /** Path asked for with GET; never public. @default '/healthz' */
  readonly path?: string;
  /** HTTP status of a healthy instance, 200 to 399. On GCP, whose checks accept 200 only, the host agent translates. @default 204 */
  readonly expectedStatus?: number;
  /** Seconds between two checks, 5 to 300. @default 10 */
  readonly intervalSeconds?: number;
  /** Seconds until a check has failed, 2 to 120, less than the interval. @default 5 */
  readonly timeoutSeconds?: number;
  /** Successes in a row that make an instance healthy, 2 to 10. @default 2 */
  readonly healthyThreshold?: number;
  /** Failures in a row that make it unhealthy, 2 to 10. @default 3 */
  readonly unhealthyThreshold?: number;
  /** Seconds after the start of an instance in which failures do not replace it, 0 to 3600. @default 180 */
  readonly gracePeriodSeconds?: number;
}

/** Request log of the load balancer. */
export interface AccessLogs {
  /** Days a request log is kept, 1 to 3650. AWS only: on GCP request logs share the log bucket's retention. @default 90 */
  readonly retentionDays?: number;
  /** Part of the requests that is logged, 0 to 1. GCP only: an ALB logs all. @default 1 */
  readonly sampleRate?: number;
}

/** WAFv2 on AWS, Cloud Armor on GCP: the provider's managed rules, and a rate limit for each client address. */
export interface Firewall {
  /** Requests one client address may make in five minutes, 100 to 2000000. @default 2000 */
  readonly requestsPer5Minutes?: number;
  /** Only count what the managed rules would block, to try them out. The rate limit always blocks. @default false */
  readonly countOnly?: boolean;
  /**
   * Whether the managed rules read the bodies of requests. A body that holds program code looks like an attack to them: in front of such a service, say
   * false. Paths, queries, headers, reputation and rates are judged all the same. GCP: requests with the method POST are then judged by their rate only, for
   * Cloud Armor's rules cannot leave bodies out. @default true
   */
  readonly inspectBodies?: boolean;
}

/** When an alarm rises, and who is told. */
export interface Alarms {
  /** Mail addresses that are told (AWS: SNS asks each to confirm). May be Terraform values, or one Terraform list value. @default none */
  readonly emails?: readonly string[];
  /** Share of 5xx answers over five minutes that raises the alarm, in percent, above 0 to 100. @default 1 */
  readonly errorPercent?: number;
  /** p95 response time over five minutes that raises the alarm, in milliseconds, 1 to 600000; false: no such alarm. @default 1000 */
  readonly latencyMilliseconds?: number | false;
}

/** A deployed TLS service, as other code may use it. */
export interface ITlsService {
  /** `https://` and the first host name, or the load balancer's own name or address. */
  readonly url: string;
  /** First host name, or the load balancer's own DNS name (AWS) or address (GCP). */
  readonly hostName: string;
  /** AWS: DNS name of the load balancer. GCP: its IPv4 address. */
  readonly loadBalancerAddress: string;
  /** Whom to grant what the program needs. AWS: the instance role's ARN. GCP: `serviceAccount:<mail>`. */
  readonly instanceIdentity: string;
}
