import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** What a gateway counts; served on its private port. */
export interface GatewayMetrics {
  readonly registry: Registry;
  readonly connections: Gauge;
  readonly accepted: Counter<'language'>;
  readonly rejections: Counter<'code'>;
}

export function gatewayMetrics(): GatewayMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    connections: new Gauge({ name: 'sandpiper_gateway_connections', help: 'Open WebSockets', registers }),
    accepted: new Counter({
      name: 'sandpiper_gateway_jobs_accepted_total',
      help: 'Jobs that were queued, by language',
      labelNames: ['language'],
      registers,
    }),
    rejections: new Counter({
      name: 'sandpiper_gateway_rejections_total',
      help: 'Requests that were refused, by error code',
      labelNames: ['code'],
      registers,
    }),
  };
}
