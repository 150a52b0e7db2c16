/** What only AWS has. */
export interface AwsTlsServiceOptions {
  /** EC2 instance type, such as `c7i.large`, in place of `capacity.machineSize`. @default - from the machine size */
  readonly instanceType?: string;
  /** TLS security policy of the listener. @default 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09' */
  readonly sslPolicy?: string;
  /** Requests per minute and instance that the scaling holds, besides CPU. @default - CPU only */
  readonly targetRequestsPerMinute?: number;
  /** Give the load balancer IPv6 addresses too (needs IPv6 in the network; the platform's own has it). @default true in the platform's own network */
  readonly dualStack?: boolean;
  /**
   * Name of an EC2 key pair whose owner may log in through the tunnel of `operatorAccess: 'cloud-tunnel'`. Debian's images
   * do not have the agent that takes the tunnel's one-time keys. @default none - only images that have the agent let anybody in
   */
  readonly operatorKeyPair?: string;
}

/** What only GCP has. */
export interface GcpTlsServiceOptions {
  /** Machine type, such as `n2-standard-2`, in place of `capacity.machineSize`; known at synth. @default - from the machine size */
  readonly machineType?: string;
  /** Zones of the instance group, all in the platform's region. At least two. @default - three zones, chosen by Google */
  readonly zones?: readonly string[];
  /** Serve HTTP/3 (QUIC). @default true */
  readonly quic?: boolean;
  /** Give the load balancer an IPv6 address too. @default true */
  readonly ipv6?: boolean;
}
