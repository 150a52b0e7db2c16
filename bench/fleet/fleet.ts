import { exponential, type Random } from './random';
import type { Observation } from './policy';

/** A fleet's machines, as its cloud gives and takes them. All times are seconds. */
export interface FleetProps {
  /** Jobs that an instance runs at once. */
  readonly slots: number;
  /** From the launch of an instance to its first job. */
  readonly bootSeconds: number;
  readonly minimum: number;
  readonly maximum: number;
  /** So many of them are no spot instances: they are lost by breaking only, and are no scale-in's choice. @default 0 */
  readonly onDemand?: number;
  /** How many instances take jobs when the simulation starts. */
  readonly initial: number;
  /**
   * How instances leave: `protected` ones only while they run nothing (AWS: a busy runner protects itself from scale-in, and the
   * group takes it as soon as the protection ends); `drained` ones are picked whether busy or not, and have the drain time to
   * end their jobs (GCP).
   */
  readonly scaleIn: 'protected' | 'drained';
  /** How long a drained instance may go on with its jobs; what is left is put back. */
  readonly drainSeconds: number;
  /** Spot instances that are taken away, per instance and hour. @default 0 */
  readonly spotLossesPerHour?: number;
  /** Notice before that. */
  readonly spotNoticeSeconds?: number;
  /** Instances that break without notice, per instance and hour. @default 0 */
  readonly crashesPerHour?: number;
  /** After a crash its jobs come back when their lease has run off. */
  readonly leaseSeconds?: number;
}

/** What the fleet needs of the simulation around it. */
export interface FleetSurroundings {
  readonly random: Random;
  readonly now: () => number;
  readonly later: (seconds: number, action: () => void) => void;
  readonly durationOf: (job: number) => number;
  /** Called once a job. */
  readonly ended: (job: number, startedAt: number) => void;
}

interface Instance {
  readonly launchedAt: number;
  readonly isSpot: boolean;
  state: 'booting' | 'serving' | 'draining' | 'gone';
  readonly running: Set<Attempt>;
  /** Where it stands among those with a free slot; -1: it does not. */
  freePlace: number;
}

interface Attempt {
  readonly job: number;
  readonly startedAt: number;
}

/** So many that have left the queue are forgotten at once. */
const FORGOTTEN_JOBS = 65_536;

/** Instances that take jobs from one queue, in the order in which the jobs came. */
export class Fleet {
  private readonly instances = new Set<Instance>();
  private readonly free: Instance[] = [];
  private readonly queue: number[] = [];
  private queueHead = 0;
  private inFlight = 0;
  private capacity = 0;
  private inService = 0;
  private onDemand = 0;
  private desired: number;
  private instanceSeconds = 0;
  private busySeconds = 0;
  private peakInstances = 0;
  private redone = 0;

  constructor(
    private readonly props: FleetProps,
    private readonly around: FleetSurroundings,
  ) {
    this.desired = props.initial;
    for (let n = 0; n < props.initial; n++) this.serve(this.launch());
  }

  observe(): Observation {
    const { inFlight, inService, capacity, desired } = this;
    const waiting = this.queue.length - this.queueHead;
    return { at: this.around.now(), waiting, inFlight, inService, capacity, desired };
  }

  submit(job: number): void {
    this.queue.push(job);
    this.assign();
  }

  setDesired(wanted: number): void {
    this.desired = Math.min(this.props.maximum, Math.max(this.props.minimum, wanted));
    this.fill();
    if (this.capacity > this.desired) this.shrink();
  }

  /** Ends the simulation: everything that still runs is paid until now. */
  close(): {
    readonly instanceHours: number;
    readonly peakInstances: number;
    readonly utilization: number;
    readonly redone: number;
  } {
    for (const instance of this.instances) this.remove(instance);
    const { instanceSeconds, peakInstances, redone } = this;
    const utilization = this.busySeconds / (instanceSeconds * this.props.slots || 1);
    return { instanceHours: instanceSeconds / 3600, peakInstances, utilization, redone };
  }

  private fill(): void {
    while (this.capacity < this.desired) {
      const instance = this.launch();
      this.around.later(this.props.bootSeconds, () => {
        if (instance.state === 'booting') this.serve(instance);
      });
    }
  }

  private launch(): Instance {
    const instance: Instance = {
      launchedAt: this.around.now(),
      isSpot: this.onDemand >= (this.props.onDemand ?? 0),
      state: 'booting',
      running: new Set(),
      freePlace: -1,
    };
    this.instances.add(instance);
    if (!instance.isSpot) this.onDemand += 1;
    this.capacity += 1;
    this.peakInstances = Math.max(this.peakInstances, this.instances.size);
    const { spotLossesPerHour = 0, spotNoticeSeconds = 0, crashesPerHour = 0 } = this.props;
    if (instance.isSpot) this.fate(spotLossesPerHour, () => this.drain(instance, spotNoticeSeconds));
    this.fate(crashesPerHour, () => this.crash(instance));
    return instance;
  }

  private fate(perHour: number, action: () => void): void {
    if (perHour > 0) this.around.later(exponential(this.around.random, 3600 / perHour), action);
  }

  private serve(instance: Instance): void {
    instance.state = 'serving';
    this.inService += 1;
    this.offer(instance);
    this.assign();
    this.leaveIfIdle(instance);
  }

  private assign(): void {
    while (this.queueHead < this.queue.length && this.free.length > 0) {
      const job = this.queue[this.queueHead++]!;
      if (this.queueHead > FORGOTTEN_JOBS) {
        this.queue.splice(0, this.queueHead);
        this.queueHead = 0;
      }
      // Those who wait for a message get it in no order.
      this.start(this.free[Math.floor(this.around.random() * this.free.length)]!, job);
    }
  }

  private start(instance: Instance, job: number): void {
    const attempt = { job, startedAt: this.around.now() };
    instance.running.add(attempt);
    this.inFlight += 1;
    if (instance.running.size === this.props.slots) this.withdraw(instance);
    this.around.later(this.around.durationOf(job), () => {
      if (!instance.running.delete(attempt)) return;
      this.inFlight -= 1;
      this.busySeconds += this.around.now() - attempt.startedAt;
      this.around.ended(job, attempt.startedAt);
      if (instance.state === 'serving') {
        this.offer(instance);
        this.assign();
        this.leaveIfIdle(instance);
      } else if (instance.running.size === 0) this.remove(instance);
    });
  }

  private shrink(): void {
    for (const instance of this.instances) {
      if (this.capacity <= this.desired) return;
      if (!instance.isSpot) continue;
      if (instance.state === 'booting' && this.props.scaleIn === 'drained') this.drain(instance, 0);
      else this.leaveIfIdle(instance);
    }
    if (this.props.scaleIn === 'protected') return;
    const serving = [...this.instances].filter(({ state, isSpot }) => state === 'serving' && isSpot);
    while (this.capacity > this.desired && serving.length > 0) {
      const [picked] = serving.splice(Math.floor(this.around.random() * serving.length), 1);
      this.drain(picked!, this.props.drainSeconds);
    }
  }

  private leaveIfIdle(instance: Instance): void {
    const isWanted = this.capacity <= this.desired || !instance.isSpot;
    if (isWanted || instance.state !== 'serving' || instance.running.size > 0) return;
    this.drain(instance, 0);
  }

  /** Takes no more jobs; those it has may go on for a while. */
  private drain(instance: Instance, seconds: number): void {
    if (instance.state === 'gone' || instance.state === 'draining') return;
    this.retire(instance);
    instance.state = 'draining';
    if (instance.running.size === 0) this.remove(instance);
    else this.around.later(seconds, () => this.putBack(instance, 0));
    // What was taken away, not sent away, is replaced.
    this.fill();
  }

  private crash(instance: Instance): void {
    if (instance.state === 'gone') return;
    this.putBack(instance, this.props.leaseSeconds ?? 0);
    this.fill();
  }

  private putBack(instance: Instance, afterSeconds: number): void {
    if (instance.state === 'gone') return;
    const attempts = [...instance.running];
    this.remove(instance);
    for (const attempt of attempts) {
      this.redone += 1;
      this.around.later(afterSeconds, () => {
        this.inFlight -= 1;
        this.submit(attempt.job);
      });
    }
  }

  private retire(instance: Instance): void {
    if (instance.state === 'serving') this.inService -= 1;
    if (instance.state === 'serving' || instance.state === 'booting') {
      this.capacity -= 1;
      if (!instance.isSpot) this.onDemand -= 1;
    }
    this.withdraw(instance);
  }

  private remove(instance: Instance): void {
    this.retire(instance);
    const now = this.around.now();
    for (const { startedAt } of instance.running) this.busySeconds += now - startedAt;
    instance.running.clear();
    instance.state = 'gone';
    this.instances.delete(instance);
    this.instanceSeconds += now - instance.launchedAt;
  }

  private offer(instance: Instance): void {
    if (instance.freePlace >= 0) return;
    instance.freePlace = this.free.push(instance) - 1;
  }

  private withdraw(instance: Instance): void {
    if (instance.freePlace < 0) return;
    const last = this.free.pop()!;
    if (last !== instance) {
      this.free[instance.freePlace] = last;
      last.freePlace = instance.freePlace;
    }
    instance.freePlace = -1;
  }
}
