import { randomUUID } from 'node:crypto';
import { ApiError, type ApiStructure } from './api-model';
import type { Actions } from './elasticache-account';

/** An instance refresh that was asked for. */
export interface InstanceRefresh {
  readonly id: string;
  readonly group: string;
  /** What the call said. */
  readonly asked: ApiStructure;
}

/** What a machine said of its own end: that it still drains, or that it has. */
export interface LifecycleCall {
  readonly action: 'RecordLifecycleActionHeartbeat' | 'CompleteLifecycleAction';
  readonly instance?: string;
  readonly hook: string;
  /** `CONTINUE` or `ABANDON`, where the action was completed. */
  readonly result?: string;
}

/** Seconds that EC2 Auto Scaling waits for a machine where a hook names none, and 100 times as long at most (PutLifecycleHook). */
const HEARTBEAT_SECONDS = 3600;
const MAXIMUM_HOOK_SECONDS = 172_800;

/** Instance refreshes, each done at once, and lifecycle hooks: what moto 5.2 lacks of EC2 Auto Scaling. Groups themselves are moto's. */
export class AutoScaling {
  readonly refreshes: InstanceRefresh[] = [];
  readonly lifecycleCalls: LifecycleCall[] = [];
  private readonly hooks = new Map<string, ApiStructure>();

  readonly actions: Actions = {
    StartInstanceRefresh: (call) => {
      const id = randomUUID();
      this.refreshes.push({ id, group: call.AutoScalingGroupName as string, asked: call });
      return { InstanceRefreshId: id };
    },
    DescribeInstanceRefreshes: ({ AutoScalingGroupName }) => ({
      InstanceRefreshes: this.refreshes
        .filter(({ group }) => group === AutoScalingGroupName)
        .map(({ id, group }) => ({
          InstanceRefreshId: id,
          AutoScalingGroupName: group,
          Status: 'Successful',
          PercentageComplete: 100,
        }))
        .reverse(),
    }),
    PutLifecycleHook: (call) => {
      const HeartbeatTimeout = (call.HeartbeatTimeout ?? HEARTBEAT_SECONDS) as number;
      const GlobalTimeout = Math.min(100 * HeartbeatTimeout, MAXIMUM_HOOK_SECONDS);
      const known = this.hooks.get(keyOf(call)) ?? { DefaultResult: 'ABANDON' };
      this.hooks.set(keyOf(call), { ...known, ...call, HeartbeatTimeout, GlobalTimeout });
      return {};
    },
    DescribeLifecycleHooks: ({ AutoScalingGroupName, LifecycleHookNames: names }) => ({
      LifecycleHooks: [...this.hooks.values()].filter(
        (hook) =>
          hook.AutoScalingGroupName === AutoScalingGroupName &&
          (names === undefined || (names as readonly string[]).includes(hook.LifecycleHookName as string)),
      ),
    }),
    DeleteLifecycleHook: (call) => {
      this.find(call);
      this.hooks.delete(keyOf(call));
      return {};
    },
    RecordLifecycleActionHeartbeat: (call) => this.heard('RecordLifecycleActionHeartbeat', call),
    CompleteLifecycleAction: (call) => this.heard('CompleteLifecycleAction', call),
  };

  private heard(action: LifecycleCall['action'], call: ApiStructure): ApiStructure {
    this.find(call);
    this.lifecycleCalls.push({
      action,
      instance: call.InstanceId as string | undefined,
      hook: call.LifecycleHookName as string,
      result: call.LifecycleActionResult as string | undefined,
    });
    return {};
  }

  private find(call: ApiStructure): void {
    if (!this.hooks.has(keyOf(call))) {
      throw new ApiError('ValidationError', `No lifecycle hook ${call.LifecycleHookName as string}`);
    }
  }
}

function keyOf({ AutoScalingGroupName, LifecycleHookName }: ApiStructure): string {
  return `${AutoScalingGroupName as string}/${LifecycleHookName as string}`;
}
