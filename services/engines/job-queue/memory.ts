import { randomUUID } from 'node:crypto';
import {
  checkOutgoing,
  LeaseLostError,
  type DeadLetter,
  type JobQueue,
  type Lease,
  type OutgoingMessage,
  type QueueDepth,
  type ReceiveOptions,
} from './job-queue';

interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  deliveries: number;
  /** When it may be received, in milliseconds since the epoch. */
  visibleAt: number;
  /** Who holds it; a new one at each delivery. */
  receipt?: string;
}

interface Waiter {
  readonly wake: () => void;
}

/** A queue inside one process: the embedded default of `./sandpiper up`. Messages are gone when the process is. */
export class MemoryJobQueue implements JobQueue {
  private readonly messages = new Map<string, Message>();
  private readonly putAside = new Map<string, { readonly message: Message; readonly reason: string }>();
  private readonly waiters = new Set<Waiter>();
  private closed = false;

  async send(outgoing: OutgoingMessage): Promise<void> {
    checkOutgoing(outgoing);
    this.add({
      id: randomUUID(),
      body: outgoing.body,
      attributes: { ...outgoing.attributes },
      deliveries: 0,
      visibleAt: Date.now() + (outgoing.delaySeconds ?? 0) * 1000,
    });
  }

  async receive({ maximum, waitSeconds, leaseSeconds, signal }: ReceiveOptions): Promise<readonly Lease[]> {
    const deadline = Date.now() + waitSeconds * 1000;
    for (;;) {
      const leases = this.take(maximum, leaseSeconds);
      if (leases.length > 0 || this.closed || signal?.aborted || Date.now() >= deadline) return leases;
      await this.waitUntil(Math.min(deadline, this.nextVisibleAt()), signal);
    }
  }

  async depth(): Promise<QueueDepth> {
    const now = Date.now();
    const inFlight = [...this.messages.values()].filter(
      (message) => message.receipt !== undefined && message.visibleAt > now,
    ).length;
    return { waiting: this.messages.size - inFlight, inFlight };
  }

  async ping(): Promise<void> {}

  readonly deadLetters = {
    list: async (maximum: number): Promise<readonly DeadLetter[]> =>
      [...this.putAside.values()].slice(0, maximum).map(({ message, reason }) => ({
        id: message.id,
        body: message.body,
        attributes: message.attributes,
        reason,
        retry: async () => {
          if (this.putAside.delete(message.id)) this.add({ ...message, deliveries: 0, visibleAt: Date.now() });
        },
        drop: async () => {
          this.putAside.delete(message.id);
        },
        // Nobody else is kept from it meanwhile.
        release: async () => {},
      })),
  };

  async close(): Promise<void> {
    this.closed = true;
    this.wakeAll();
  }

  private add(message: Message): void {
    this.messages.set(message.id, { ...message, receipt: undefined });
    this.wakeAll();
  }

  private take(maximum: number, leaseSeconds: number): Lease[] {
    const now = Date.now();
    const leases: Lease[] = [];
    for (const message of this.messages.values()) {
      if (leases.length >= maximum) break;
      if (message.visibleAt > now) continue;
      message.deliveries += 1;
      message.visibleAt = now + leaseSeconds * 1000;
      message.receipt = randomUUID();
      leases.push(this.lease(message, message.receipt));
    }
    return leases;
  }

  private lease(message: Message, receipt: string): Lease {
    const isHeld = () => this.messages.has(message.id) && message.receipt === receipt;
    return {
      id: message.id,
      body: message.body,
      attributes: message.attributes,
      deliveries: message.deliveries,
      extend: async (seconds) => {
        if (!isHeld() || message.visibleAt <= Date.now()) throw new LeaseLostError(message.id);
        message.visibleAt = Date.now() + seconds * 1000;
      },
      complete: async () => {
        if (isHeld()) this.messages.delete(message.id);
      },
      release: async (delaySeconds = 0) => {
        if (!isHeld()) return;
        message.receipt = undefined;
        message.visibleAt = Date.now() + delaySeconds * 1000;
        this.wakeAll();
      },
      deadLetter: async (reason) => {
        if (!isHeld()) return;
        this.messages.delete(message.id);
        this.putAside.set(message.id, { message, reason });
      },
    };
  }

  private nextVisibleAt(): number {
    return Math.min(Infinity, ...[...this.messages.values()].map((message) => message.visibleAt));
  }

  private waitUntil(time: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.waiters.delete(waiter);
        resolve();
      };
      const waiter: Waiter = { wake };
      const timer = setTimeout(wake, Math.max(0, time - Date.now()));
      signal?.addEventListener('abort', wake, { once: true });
      this.waiters.add(waiter);
    });
  }

  private wakeAll(): void {
    for (const { wake } of [...this.waiters]) wake();
  }
}
