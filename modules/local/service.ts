import * as os from 'node:os';
import { Construct } from 'constructs';
import type { ResolvedTlsServiceProps } from '../tls-service/resolve';
import type { ITlsService } from '../tls-service/tls-service';
import { freePort } from './free-port';
import type { Guardian } from './guardian';
import { isHealthy } from './health';
import { Instance, type InstanceCommand } from './instance';

/** A new instance is asked this often until it is healthy for the first time. */
const STARTING_CHECK_MS = 50;
/** Wait before the next try when an instance ended at once: doubled each time, up to the maximum. */
const FIRST_BACKOFF_MS = 250;
const MAXIMUM_BACKOFF_MS = 15_000;
/** An instance that served this long has not failed at its start. */
const STABLE_MS = 10_000;

/** The instances of one service: kept at their number, replaced when they end or stop being healthy. */
export class LocalService extends Construct implements ITlsService {
  readonly url: string;
  readonly hostName: string;
  readonly loadBalancerAddress = '127.0.0.1';
  /** The user whose processes serve it. */
  readonly instanceIdentity = os.userInfo().username;
  readonly hostNames: readonly string[];
  readonly publicPaths: readonly string[];
  private readonly slots: (Instance | undefined)[];
  private readonly loops: Promise<void>[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly wakers = new Set<() => void>();
  private stopping = false;
  private next = 0;

  constructor(
    scope: Construct,
    readonly name: string,
    readonly props: ResolvedTlsServiceProps,
    private readonly command: InstanceCommand,
    private readonly guardian: Guardian,
    private readonly log: (line: string) => void,
  ) {
    super(scope, name);
    this.hostNames = props.hostNames;
    this.hostName = props.hostNames[0]!;
    this.url = `https://${this.hostName}`;
    this.publicPaths = props.publicPaths;
    this.slots = new Array<Instance | undefined>(props.capacity.minInstances).fill(undefined);
  }

  /** Starts all instances. */
  start(): void {
    this.slots.forEach((_, slot) => this.loops.push(this.keep(slot)));
  }

  /** Resolves when every instance is healthy. Rejects with the reason when one ends before it ever was. */
  async ready(): Promise<void> {
    for (;;) {
      if (this.instances().length === this.slots.length && this.instances().every((instance) => instance.healthy))
        return;
      if (this.failure !== undefined) throw new Error(`${this.name}: ${this.failure}`);
      await this.pause(STARTING_CHECK_MS);
    }
  }

  private failure: string | undefined;

  instances(): readonly Instance[] {
    return this.slots.filter((instance): instance is Instance => instance !== undefined);
  }

  /** The next healthy instance in turn, leaving out those that were tried already. */
  pick(tried: ReadonlySet<Instance> = new Set()): Instance | undefined {
    const candidates = this.instances().filter((instance) => instance.healthy && !tried.has(instance));
    return candidates[this.next++ % Math.max(1, candidates.length)];
  }

  /** Stops all instances, each within the drain time. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const wake of [...this.wakers]) wake();
    await Promise.all(this.instances().map((instance) => instance.stop(this.props.drainSeconds)));
    await Promise.all(this.loops);
  }

  /** Keeps one instance running in a slot until the service stops. */
  private async keep(slot: number): Promise<void> {
    let backoffMs = FIRST_BACKOFF_MS;
    while (!this.stopping) {
      const startedAt = Date.now();
      const name = `${this.name}/${slot + 1}`;
      // Should another program take it first, the instance ends and gets another.
      const port = await freePort();
      if (this.stopping) return;
      const instance = new Instance(name, port, this.command, this.guardian, (line) => this.log(`[${name}] ${line}`));
      this.slots[slot] = instance;
      const checks = this.check(instance);
      const how = await instance.ended;
      this.slots[slot] = undefined;
      await checks;
      if (this.stopping) return;
      const wasStable = Date.now() - startedAt > STABLE_MS;
      if (!this.everHealthy.has(slot)) this.failure = `an instance ended at its start: ${how}`;
      backoffMs = wasStable ? FIRST_BACKOFF_MS : Math.min(MAXIMUM_BACKOFF_MS, backoffMs * 2);
      this.log(`[${name}] ended (${how}); starting another`);
      await this.pause(this.everHealthy.has(slot) && wasStable ? 0 : backoffMs / 2);
    }
  }

  private readonly everHealthy = new Set<number>();

  /** Checks an instance until it ends: quickly until it is healthy, then at the interval of the props. */
  private async check(instance: Instance): Promise<void> {
    const { healthCheck } = this.props;
    let ended = false;
    void instance.ended.then(() => {
      ended = true;
      for (const wake of [...this.wakers]) wake();
    });
    let failures = 0;
    const deadline = Date.now() + healthCheck.gracePeriodSeconds * 1000;
    while (!ended && !this.stopping) {
      const healthy = await isHealthy(instance.port, healthCheck);
      if (ended || this.stopping) return;
      failures = healthy ? 0 : failures + 1;
      if (healthy) {
        instance.healthy = true;
        this.everHealthy.add(this.slots.indexOf(instance));
      } else if (instance.healthy && failures >= healthCheck.unhealthyThreshold) {
        instance.healthy = false;
        this.log(`[${instance.name}] is not healthy; replacing it`);
        void instance.stop(this.props.drainSeconds);
      } else if (!instance.healthy && Date.now() > deadline) {
        this.log(`[${instance.name}] never turned healthy; replacing it`);
        void instance.stop(this.props.drainSeconds);
      }
      await this.pause(instance.healthy ? healthCheck.intervalSeconds * 1000 : STARTING_CHECK_MS);
    }
  }

  private pause(milliseconds: number): Promise<void> {
    if (this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.timers.delete(timer);
        this.wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.timers.add(timer);
      this.wakers.add(wake);
    });
  }
}
