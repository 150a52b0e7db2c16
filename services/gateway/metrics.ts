import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { JobEvent } from '../engines/event-store';

/** What a gateway counts; served on its private port. */
export interface GatewayMetrics {
  readonly registry: Registry;
  readonly connections: Gauge;
  readonly accepted: Counter<'language'>;
  readonly rejections: Counter<'code'>;
  /** Counts an event of a job that was submitted here. */
  observe(language: string, event: JobEvent, afterMs: number): void;
}

/** Seconds, from a warm sandbox's first word to a job that met its deadline. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function gatewayMetrics(): GatewayMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const ended = new Counter({
    name: 'sandpiper_gateway_jobs_ended_total',
    help: 'Jobs that ended, by language and the reason of their end',
    labelNames: ['language', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'sandpiper_gateway_job_seconds',
    help: 'Time from submit to end, by language',
    labelNames: ['language'],
    buckets: BUCKETS,
    registers,
  });
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
    observe: (language, event, afterMs) => {
      if (event.type !== 'exit' && event.type !== 'error') return;
      const outcome = event.type === 'exit' ? event.reason : event.code;
      ended.inc({ language, outcome: String(outcome) });
      seconds.observe({ language }, afterMs / 1000);
    },
  };
}
