import { ROOT_CONTEXT, trace, type Context, type Span, type Tracer } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Environment } from './read-settings';

/** Traces of this process are sent until it is closed; what waits to be sent is sent then. */
export interface Tracing {
  close(): Promise<void>;
}

const propagator = new W3CTraceContextPropagator();

/**
 * Sends traces by OTLP over HTTP where OTEL_EXPORTER_OTLP_ENDPOINT (or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) says so; the other
 * OTEL_* variables are those of OpenTelemetry. Without it nothing is recorded; the context of callers is carried on all the same.
 */
export function startTracing(service: string, environment: Environment): Tracing {
  const isWanted = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some((name) =>
    Boolean(environment[name]),
  );
  if (!isWanted) return { close: async () => undefined };
  // Loaded only where it is used.
  const { BasicTracerProvider, BatchSpanProcessor } =
    require('@opentelemetry/sdk-trace-base') as typeof import('@opentelemetry/sdk-trace-base');
  const { OTLPTraceExporter } =
    require('@opentelemetry/exporter-trace-otlp-http') as typeof import('@opentelemetry/exporter-trace-otlp-http');
  const { resourceFromAttributes } = require('@opentelemetry/resources') as typeof import('@opentelemetry/resources');
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': environment.OTEL_SERVICE_NAME || service }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  trace.setGlobalTracerProvider(provider);
  return {
    close: async () => {
      // A collector that is away must not keep a process from ending.
      await provider.shutdown().catch(() => undefined);
    },
  };
}

export function tracer(): Tracer {
  return trace.getTracer('sandpiper');
}

/** The context that a W3C `traceparent` names; the root context where it is absent or is none. */
export function contextOf(traceparent: string | undefined): Context {
  if (traceparent === undefined) return ROOT_CONTEXT;
  return propagator.extract(
    ROOT_CONTEXT,
    { traceparent },
    {
      get: (carrier, name) => (name === 'traceparent' ? carrier.traceparent : undefined),
      keys: Object.keys,
    },
  );
}

/** The W3C `traceparent` of a span; undefined where there is no trace. */
export function traceparentOf(span: Span): string | undefined {
  const carrier: Record<string, string> = {};
  const setter = { set: (_: unknown, name: string, value: string) => void (carrier[name] = value) };
  propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, setter);
  return carrier.traceparent;
}
