import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { UsageEvent } from '../../protocol/events';
import { contextOf, tracer } from '../../program/tracing';

/** The part of a job's trace that its runner writes: one span for the attempt, one in it for each stage. */
export interface AttemptTrace {
  /** A stage has ended just now. */
  ran(usage: UsageEvent): void;
  putBack(why: string): void;
  ended(outcome: string): void;
}

export function traceAttempt(
  traceparent: string | undefined,
  { id, language, attempt }: { readonly id: string; readonly language: string; readonly attempt: number },
): AttemptTrace {
  const parent = contextOf(traceparent);
  const attributes = { 'sandpiper.job': id, 'sandpiper.language': language, 'sandpiper.attempt': attempt };
  const span = tracer().startSpan('attempt', { kind: SpanKind.CONSUMER, attributes }, parent);
  return {
    ran: ({ stage, wallMs, peakMemoryBytes }) => {
      const startTime = Date.now() - wallMs;
      const measured = { 'sandpiper.peak_memory_bytes': peakMemoryBytes };
      tracer().startSpan(stage, { startTime, attributes: measured }, trace.setSpan(parent, span)).end();
    },
    putBack: (why) => {
      span.setStatus({ code: SpanStatusCode.ERROR, message: `put back: ${why}` });
      span.end();
    },
    ended: (outcome) => {
      span.setAttribute('sandpiper.outcome', outcome);
      if (outcome === 'sandboxError') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
      span.end();
    },
  };
}
