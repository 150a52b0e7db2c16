import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { isTerminal, type TerminalEvent } from '../protocol/events';
import { secondsHistogram } from '../program/seconds-histogram';
import { tallyJobs, type JobFigures } from './demand/job-figures';
import type { JobObserver } from './jobs';

/** What a gateway counts; served on its private port. */
export interface GatewayMetrics {
  readonly registry: Registry;
  readonly connections: Gauge;
  readonly rejections: Counter<'code'>;
  readonly published: Counter<'what' | 'result'>;
  readonly jobs: JobObserver;
  /** The same jobs, as they are published for the fleet's graphs. */
  readonly figures: JobFigures;
}

/** A job that was accepted here and whose end was not read here yet. */
interface Timed {
  readonly language: string;
  readonly acceptedMs: number;
  hasBegun: boolean;
  hasSpoken: boolean;
}

/** @param jobDeadlineMs a job that was accepted has ended so much later: it is no longer waited for */
export function gatewayMetrics(jobDeadlineMs: number): GatewayMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const accepted = new Counter({
    name: 'sandpiper_gateway_jobs_accepted_total',
    help: 'Jobs that were queued, by language',
    labelNames: ['language'],
    registers,
  });
  const ended = new Counter({
    name: 'sandpiper_gateway_jobs_ended_total',
    help: 'Jobs whose end a client read on the gateway that had accepted them, by language and the reason of the end',
    labelNames: ['language', 'outcome'],
    registers,
  });
  const firstByte = secondsHistogram({
    name: 'sandpiper_gateway_first_byte_seconds',
    help: 'Time from accepted to the first output that a client was sent, by language',
    labelNames: ['language'],
    registers,
  });
  const whole = secondsHistogram({
    name: 'sandpiper_gateway_job_seconds',
    help: 'Time from accepted to the end that a client was sent, by language',
    labelNames: ['language'],
    registers,
  });

  const tally = tallyJobs();
  /** In the order of their acceptance. */
  const timed = new Map<string, Timed>();
  const forgetOverdue = (): void => {
    for (const [jobId, { acceptedMs }] of timed) {
      if (Date.now() - acceptedMs < jobDeadlineMs) return;
      timed.delete(jobId);
    }
  };
  return {
    registry,
    connections: new Gauge({ name: 'sandpiper_gateway_connections', help: 'Open WebSockets', registers }),
    rejections: new Counter({
      name: 'sandpiper_gateway_rejections_total',
      help: 'Requests that were refused, by error code',
      labelNames: ['code'],
      registers,
    }),
    published: new Counter({
      name: 'sandpiper_gateway_published_total',
      help: 'What this gateway published of the fleet and of its own jobs, and whether it was taken',
      labelNames: ['what', 'result'],
      registers,
    }),
    figures: tally.figures,
    jobs: {
      accepted: (jobId, language) => {
        accepted.inc({ language });
        forgetOverdue();
        timed.set(jobId, { language, acceptedMs: Date.now(), hasBegun: false, hasSpoken: false });
      },
      read: (jobId, event) => {
        const job = timed.get(jobId);
        if (!job) return;
        const { language, acceptedMs } = job;
        const seconds = (Date.now() - acceptedMs) / 1000;
        if (!job.hasBegun) {
          job.hasBegun = true;
          tally.began(seconds);
        }
        const isOutput = event.type === 'stdout' || event.type === 'stderr';
        if (isOutput && !job.hasSpoken) {
          job.hasSpoken = true;
          firstByte.observe({ language }, seconds);
        }
        if (!isTerminal(event)) return;
        timed.delete(jobId);
        const outcome = outcomeOf(event);
        ended.inc({ language, outcome });
        tally.ended(outcome);
        whole.observe({ language }, seconds);
      },
    },
  };
}

function outcomeOf(event: TerminalEvent): string {
  return event.type === 'exit' ? event.reason : event.code;
}
