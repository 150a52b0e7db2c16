import * as os from 'node:os';
import { Construct } from 'constructs';
import { engineSettings } from '../../contracts/engine-settings';
import { deadlineSecondsOf } from '../../contracts/job-time';
import { gatewaySettings } from '../../contracts/gateway-settings';
import { runnerSettings } from '../../contracts/runner-settings';
import type { Artifact } from '../machine/artifact';
import { programEnvironment } from '../machine/program-environment';
import { InvalidPropError } from '../props/invalid-prop';
import { resolveFleetProps, type ResolvedSandboxFleetProps } from '../sandbox-fleet/resolve';
import type { ISandboxFleet, SandboxFleetProps } from '../sandbox-fleet/sandbox-fleet';
import type { ITlsService } from '../tls-service/tls-service';
import { LocalEventStore } from './event-store';
import { LocalService } from './service';

const MEMORY = 'memory:';
/** The most that the prop of a fleet takes. */
const MAXIMUM_SLOTS = 64;
/** A person waits for the end: jobs that need longer are put back. */
const DRAIN_SECONDS = 5;
/** Nothing scales this machine; the numbers pass the checks of the contract. */
const NO_SCALING = { meanJobSeconds: 1, utilizationPercent: 100, clearSeconds: 30, warmupSeconds: 0 };

/**
 * The runner of this machine. It lives in the gateway's own process, so that queue and event store can be in its memory; the props that
 * have no meaning here are images, scaling, alarms, retention, operator access, base image, tags and the size of machines.
 */
export class LocalFleet extends Construct implements ISandboxFleet {
  readonly gatewayEnvironment: Readonly<Record<string, string>>;
  readonly runnerIdentity = os.userInfo().username;
  private readonly props: ResolvedSandboxFleetProps<Artifact>;
  private isServed = false;

  constructor(
    scope: Construct,
    id: string,
    given: SandboxFleetProps,
    private readonly queue: string,
  ) {
    super(scope, id);
    if (!(given.eventStore instanceof LocalEventStore)) {
      throw new InvalidPropError('eventStore', given.eventStore.url, 'must be one that this platform made');
    }
    const slotsPerInstance = Math.min(MAXIMUM_SLOTS, Math.max(2, os.availableParallelism()));
    this.props = resolveFleetProps(NO_SCALING, {
      drainSeconds: DRAIN_SECONDS,
      warmSandboxes: runnerSettings.warm.default,
      ...given,
      capacity: { slotsPerInstance, ...given.capacity },
    });
    const { capacity, warmSandboxes, drainSeconds, maximumJobSeconds, eventStore } = this.props;
    this.gatewayEnvironment = {
      ...programEnvironment(engineSettings, { queue, eventStore: eventStore.url }),
      // The front of this machine is the only proxy.
      ...programEnvironment(gatewaySettings, {
        host: '127.0.0.1',
        trustedProxies: 1,
        deadlineSeconds: deadlineSecondsOf(maximumJobSeconds),
      }),
      // Without the prop, the hot languages are those that the catalogue marks.
      ...programEnvironment(runnerSettings, {
        slots: capacity.slotsPerInstance,
        warm: warmSandboxes,
        hotLanguages: given.hotLanguages,
        drainSeconds,
        maximumJobSeconds,
      }),
    };
  }

  serve(gateway: ITlsService): void {
    if (!(gateway instanceof LocalService)) {
      throw new InvalidPropError('gateway', gateway.url, 'must be a service of the platform that made the fleet');
    }
    if (this.isServed) throw new InvalidPropError('gateway', gateway.url, 'is a second one: a fleet serves one');
    const { artifact, capacity } = gateway.props;
    const { runner, eventStore } = this.props;
    if (JSON.stringify(artifact) !== JSON.stringify(runner)) {
      throw new InvalidPropError(
        'runner',
        'path' in runner ? runner.path : runner.key,
        'must be the program of the gateway',
      );
    }
    if ([this.queue, eventStore.url].includes(MEMORY) && capacity.minInstances !== 1) {
      throw new InvalidPropError(
        'service.capacity.minInstances',
        capacity.minInstances,
        'must be 1 where the queue or the event store is in the memory of the process',
      );
    }
    this.isServed = true;
  }
}
