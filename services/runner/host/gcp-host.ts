import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnerHost } from './host';

export interface GcpHostProps {
  /** @default 'http://metadata.google.internal' */
  readonly endpoint?: string;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** The server holds a request for so long at most, then answers with the value as it is. */
const WAIT_SECONDS = 60;
const PAUSE_AFTER_FAILURE_MS = 5_000;

/**
 * A machine of a managed instance group. A spot machine is told 30 seconds before it goes ("Spot VMs", preemption process). One
 * that a scale-in has chosen is told by its own shutdown, as SIGTERM; Google has no protection for a busy one.
 */
export function gcpHost({ endpoint = 'http://metadata.google.internal', log }: GcpHostProps): RunnerHost {
  /** Of the value that was read last: the server answers when there is another. */
  let etag: string | null = null;
  const isPreempted = async (signal: AbortSignal): Promise<boolean> => {
    const url = new URL('/computeMetadata/v1/instance/preempted', endpoint);
    if (etag !== null) {
      url.searchParams.set('wait_for_change', 'true');
      url.searchParams.set('timeout_sec', String(WAIT_SECONDS));
      url.searchParams.set('last_etag', etag);
    }
    const limit = AbortSignal.any([signal, AbortSignal.timeout((WAIT_SECONDS + 10) * 1_000)]);
    const answer = await fetch(url, { headers: { 'metadata-flavor': 'Google' }, signal: limit });
    if (!answer.ok) throw new Error(`the metadata server answers ${answer.status}`);
    const value = (await answer.text()).trim();
    etag = answer.headers.get('etag');
    if (etag === null) throw new Error('the metadata server gives no ETag');
    return value === 'TRUE';
  };
  return {
    leaving: async (signal) => {
      for (;;) {
        try {
          if (await isPreempted(signal)) return 'preemption';
        } catch (error) {
          signal.throwIfAborted();
          log('the metadata server does not answer', { error: (error as Error).message });
          await sleep(PAUSE_AFTER_FAILURE_MS, undefined, { signal });
        }
      }
    },
    busy: async () => undefined,
    stillDraining: async () => undefined,
    drained: async () => undefined,
  };
}
