import type { RunnerEvent, UsageEvent } from '../../services/protocol/events';
import type { Refusal } from '../../services/protocol/client';
import { errorInWords, exitInWords, refusalInWords } from './words';

/** What the page says about the job it shows, beside its output. */
export interface JobView {
  readonly isRunning: boolean;
  /** Whether it can still be stopped, and has not been told to. */
  readonly canStop: boolean;
  readonly status: string;
  readonly tone: 'plain' | 'good' | 'bad';
  readonly usages: readonly UsageEvent[];
}

export type JobNews =
  | { readonly kind: 'submitted' }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'queued'; readonly waiting: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'event'; readonly event: RunnerEvent }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export const noJob: JobView = { isRunning: false, canStop: false, status: 'Ready.', tone: 'plain', usages: [] };

const started = (status: string): JobView => ({ isRunning: true, canStop: true, status, tone: 'plain', usages: [] });
const ended = (view: JobView, status: string, tone: JobView['tone']): JobView => ({
  ...view,
  isRunning: false,
  canStop: false,
  status,
  tone,
});

/** The view after some news. */
export function reduce(view: JobView, news: JobNews): JobView {
  switch (news.kind) {
    case 'submitted':
      return started('Sending…');
    case 'resumed':
      return started('Waiting for the last run…');
    case 'accepted':
      return goingOn(view, 'Waiting for a free place…');
    case 'queued':
      return goingOn(view, queueInWords(news.waiting));
    case 'reset':
      return goingOn({ ...view, usages: [] }, 'Starting again…');
    case 'stopping':
      return { ...view, canStop: false, status: 'Stopping…' };
    case 'refused':
      return ended(view, refusalInWords(news.refusal), 'bad');
    case 'event':
      return afterEvent(view, news.event);
  }
}

/** A job that was told to stop is stopping, whatever it does meanwhile. */
function goingOn(view: JobView, status: string): JobView {
  return view.canStop ? { ...view, status } : view;
}

function afterEvent(view: JobView, event: RunnerEvent): JobView {
  switch (event.type) {
    case 'stage':
      return goingOn(view, event.stage === 'compile' ? 'Compiling…' : 'Running…');
    case 'usage':
      return { ...view, usages: [...view.usages, event] };
    case 'exit': {
      const isGood = event.reason === 'ok' && (event.exitCode ?? 0) === 0 && event.signal === undefined;
      return ended(view, exitInWords(event), isGood ? 'good' : event.reason === 'cancelled' ? 'plain' : 'bad');
    }
    case 'error':
      return ended(view, errorInWords(event), 'bad');
    default:
      return view;
  }
}

function queueInWords(waiting: number): string {
  if (waiting === 0) return 'Next in line…';
  return waiting === 1 ? 'Waiting: one program is before yours…' : `Waiting: ${waiting} programs are before yours…`;
}
