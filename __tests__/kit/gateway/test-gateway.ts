import pino from 'pino';
import { MemoryEventStore } from '../../../services/engines/event-store/memory/memory-event-store';
import { MemoryJobQueue } from '../../../services/engines/job-queue/memory';
import { openGateway, type Gateway, type GatewayOptions } from '../../../services/gateway/gateway';
import { defaultSettings, type GatewaySettings } from '../../../services/gateway/settings';
import type { PresentVersion } from '../../../services/languages/host-toolchains';
import { startWorker } from '../../../services/runner/worker/worker';
import { scriptedPool, scriptRuntime } from '../runner/scripted-pool';

export const SECRET = 'a secret of the tests';

/** The language of scripted-pool.ts, in two versions. */
export const scriptVersions = ['2.1.0', '1.0.0'].map(
  (exactVersion) =>
    ({
      language: { id: 'script', name: 'Script', aliases: ['scr'], highlight: 'text', source: 'main.script' },
      version: { version: exactVersion, limits: {} },
      exactVersion,
    }) as unknown as PresentVersion,
);

export interface TestGateway extends Gateway {
  readonly url: string;
  readonly queue: MemoryJobQueue;
  readonly store: MemoryEventStore;
  /** Starts a runner of scripts. */
  startRunner(slots?: number): void;
}

export interface TestGatewayOptions extends Partial<Omit<GatewayOptions, 'settings'>> {
  readonly settings?: Partial<GatewaySettings>;
  /** Another gateway, whose queue and store this one shares. */
  readonly beside?: TestGateway;
}

/** A gateway with memory engines on a free port; runners run scripts. */
export async function openTestGateway({ settings, beside, ...options }: TestGatewayOptions = {}): Promise<TestGateway> {
  const queue = beside?.queue ?? new MemoryJobQueue();
  const store = beside?.store ?? new MemoryEventStore();
  const drains: (() => Promise<void>)[] = [];
  const gateway = await openGateway({
    queue,
    store,
    versions: scriptVersions,
    secret: SECRET,
    settings: { ...defaultSettings, allowAnonymous: true, drainMs: 500, ...settings },
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    logger: pino({ level: 'silent' }),
    ...options,
  });
  return {
    ...gateway,
    url: `http://127.0.0.1:${gateway.port}`,
    queue,
    store,
    startRunner: (slots = 4) => {
      const worker = startWorker({
        queue,
        store: store.jobs,
        limiter: store.limiter,
        sandboxPool: scriptedPool(),
        runtimeOf: () => scriptRuntime,
        slots,
        runnerId: `runner-${drains.length}`,
        leaseSeconds: 10,
      });
      drains.push(() => worker.drain(0));
    },
    close: async () => {
      await Promise.all(drains.map((drain) => drain()));
      await gateway.close();
      if (beside) return;
      await queue.close();
      await store.close();
    },
  };
}
