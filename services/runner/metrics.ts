import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { secondsHistogram } from '../program/seconds-histogram';
import type { SandboxPool } from '../sandbox/sandbox-pool';
import type { RunObserver } from './worker/job-execution';

/** What a runner counts; served on its private port. */
export interface RunnerMetrics {
  readonly registry: Registry;
  readonly observer: RunObserver;
}

export interface RunnerMetricsProps {
  readonly sandboxPool: SandboxPool;
  /** Jobs at once. */
  readonly slots: number;
  /** Jobs held now. */
  readonly running: () => number;
}

export function runnerMetrics({ sandboxPool, slots, running }: RunnerMetricsProps): RunnerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const wait = secondsHistogram({
    name: 'sandpiper_runner_queue_wait_seconds',
    help: 'Time from accepted to claimed, by language and by the clocks of two machines',
    labelNames: ['language'],
    registers,
  });
  const run = secondsHistogram({
    name: 'sandpiper_runner_stage_seconds',
    help: 'Wall time of the stages of jobs, by language and stage',
    labelNames: ['language', 'stage'],
    registers,
  });
  const ended = new Counter({
    name: 'sandpiper_runner_jobs_ended_total',
    help: 'Jobs that ended, by language and the reason of their end',
    labelNames: ['language', 'outcome'],
    registers,
  });
  const putBack = new Counter({
    name: 'sandpiper_runner_jobs_put_back_total',
    help: 'Jobs that were put back into the queue, by reason',
    labelNames: ['why'],
    registers,
  });
  new Counter({
    name: 'sandpiper_runner_sandboxes_taken_total',
    help: 'Sandboxes that jobs were given: those that had waited (warm) and those made at once (cold)',
    labelNames: ['start'],
    registers,
    collect() {
      this.reset();
      this.inc({ start: 'warm' }, sandboxPool.taken.warm);
      this.inc({ start: 'cold' }, sandboxPool.taken.cold);
    },
  });
  new Gauge({
    name: 'sandpiper_runner_sandboxes_waiting',
    help: 'Sandboxes that wait for a job',
    registers,
    collect() {
      this.set(Object.values(sandboxPool.waiting).reduce((sum, count) => sum + count, 0));
    },
  });
  new Gauge({
    name: 'sandpiper_runner_jobs_running',
    help: 'Jobs that are held now',
    registers,
    collect() {
      this.set(running());
    },
  });
  new Gauge({ name: 'sandpiper_runner_slots', help: 'Jobs that may be held at once', registers }).set(slots);
  return {
    registry,
    observer: {
      claimed: (language, waitedMs) => wait.observe({ language }, waitedMs / 1000),
      ran: (language, { stage, wallMs }) => run.observe({ language, stage }, wallMs / 1000),
      ended: (language, { reason }) => ended.inc({ language, outcome: reason }),
      putBack: (why) => putBack.inc({ why }),
    },
  };
}
