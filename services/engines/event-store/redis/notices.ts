import type { RedisConnection } from './connection';

/** Wakes whoever waits for a channel: one connection for all of them. */
export interface Notices {
  /** Listens from now on, so that nothing between a look and a wait is missed. */
  listen(channel: string): Listener;
}

export interface Listener {
  /** Resolves at the next notice, at once if there was one since the last wait; after a while in any case, for notices may be lost. */
  changed(signal: AbortSignal): Promise<void>;
  close(): void;
}

/** A lost notice costs so much at most. */
const LOOK_AGAIN_MS = 1_000;

export function createNotices({ redis }: RedisConnection): Notices {
  const listeners = new Map<string, Set<() => void>>();
  redis.on('message', (channel: string) => listeners.get(channel)?.forEach((wake) => wake()));
  const quietly = (call: Promise<unknown>): void => void call.catch(() => undefined);

  return {
    listen: (channel) => {
      let isNoticed = false;
      let waiting: (() => void) | undefined;
      const wake = (): void => {
        isNoticed = true;
        waiting?.();
      };
      const own = listeners.get(channel) ?? new Set();
      if (own.size === 0) quietly(redis.subscribe(channel));
      listeners.set(channel, own.add(wake));
      return {
        changed: (signal) =>
          new Promise((resolve) => {
            const done = (): void => {
              clearTimeout(timer);
              signal.removeEventListener('abort', done);
              waiting = undefined;
              isNoticed = false;
              resolve();
            };
            const timer = setTimeout(done, LOOK_AGAIN_MS);
            waiting = done;
            if (isNoticed || signal.aborted) done();
            else signal.addEventListener('abort', done, { once: true });
          }),
        close: () => {
          own.delete(wake);
          if (own.size > 0 || listeners.get(channel) !== own) return;
          listeners.delete(channel);
          quietly(redis.unsubscribe(channel));
        },
      };
    },
  };
}
