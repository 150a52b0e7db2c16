import { ComputeBackendService } from '@cdktf/provider-google/lib/compute-backend-service';
import { ComputeHealthCheck } from '@cdktf/provider-google/lib/compute-health-check';
import { SERVING_PORT_NAME } from './instances';
import type { GcpService } from './service';
import { HEALTH_BRIDGE_PORT } from '../../tls-service/resolve';

/** Share of its CPU from which the load balancer prefers another zone's instances. */
const FULL_UTILIZATION = 0.8;

/**
 * The check of load balancer and autohealing. Google's HTTP checks take 200 only, so they ask the host agent, which answers
 * 200 when the program answers the expected status, and 503 otherwise.
 */
export function addHealthCheck(service: GcpService): ComputeHealthCheck {
  const { healthCheck } = service.props;
  return new ComputeHealthCheck(service.scope, 'health-check', {
    name: service.name(),
    description: `GET ${healthCheck.path} answers ${healthCheck.expectedStatus}, as the host agent sees it`,
    checkIntervalSec: healthCheck.intervalSeconds,
    timeoutSec: healthCheck.timeoutSeconds,
    healthyThreshold: healthCheck.healthyThreshold,
    unhealthyThreshold: healthCheck.unhealthyThreshold,
    httpHealthCheck: {
      port: HEALTH_BRIDGE_PORT,
      portSpecification: 'USE_FIXED_PORT',
      requestPath: healthCheck.path,
    },
    logConfig: { enable: true },
  });
}

/** Where the load balancer sends the public paths. */
export function addBackendService(
  service: GcpService,
  parts: {
    readonly healthCheck: ComputeHealthCheck;
    readonly instanceGroup: string;
    /** Id of the Cloud Armor policy. */
    readonly securityPolicy?: string;
  },
): ComputeBackendService {
  const { props } = service;
  return new ComputeBackendService(service.scope, 'backend-service', {
    name: service.name(),
    description: `${service.id} (${service.platform.environment})`,
    loadBalancingScheme: 'EXTERNAL_MANAGED',
    protocol: 'HTTP',
    portName: SERVING_PORT_NAME,
    timeoutSec: props.idleTimeoutSeconds,
    connectionDrainingTimeoutSec: props.drainSeconds,
    localityLbPolicy: 'ROUND_ROBIN',
    sessionAffinity: 'NONE',
    healthChecks: [parts.healthCheck.id],
    securityPolicy: parts.securityPolicy,
    backend: [
      {
        group: parts.instanceGroup,
        balancingMode: 'UTILIZATION',
        maxUtilization: FULL_UTILIZATION,
        capacityScaler: 1,
      },
    ],
    logConfig:
      props.accessLogs === false ? { enable: false } : { enable: true, sampleRate: props.accessLogs.sampleRate },
  });
}
