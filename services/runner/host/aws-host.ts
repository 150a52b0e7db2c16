import { setTimeout as sleep } from 'node:timers/promises';
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  RecordLifecycleActionHeartbeatCommand,
  SetInstanceProtectionCommand,
  type AutoScalingClientConfig,
} from '@aws-sdk/client-auto-scaling';
import type { AwsMetadata } from './aws-metadata';
import type { RunnerHost } from './host';

export interface AwsHostProps {
  readonly metadata: AwsMetadata;
  readonly autoScalingGroup: string;
  /** Hook of the group that holds a machine that is to go until it has drained. */
  readonly lifecycleHook: string;
  /** @default those of the environment */
  readonly client?: AutoScalingClientConfig;
  /** How often the machine is asked whether it is to go. @default 5_000, as AWS recommends for spot notices */
  readonly intervalMs?: number;
  /** A machine without jobs is protected for so long: the API bears a call now and then, not two for each job. @default 60_000 */
  readonly idleMs?: number;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** What the metadata service says as soon as the group has chosen the machine ("Retrieve the target lifecycle state"). */
const LEAVING_STATES = new Set(['Terminated', 'Detached', 'Standby']);

/**
 * A machine of an Auto Scaling group: a busy one is protected from scale-in; one that is to go drains and says when it has.
 * A spot notice comes two minutes ahead ("Spot Instance interruption notices").
 */
export function awsHost(props: AwsHostProps): RunnerHost {
  const {
    metadata,
    autoScalingGroup: AutoScalingGroupName,
    lifecycleHook,
    intervalMs = 5_000,
    idleMs = 60_000,
    log,
  } = props;
  const client = new AutoScalingClient({ maxAttempts: 5, ...props.client });
  let instance: string | undefined;
  let isProtected: boolean | undefined;
  let unprotecting: NodeJS.Timeout | undefined;
  /** Calls are made one after the other, so that the last one asked for is the last one done. */
  let previous = Promise.resolve();

  const instanceId = async (): Promise<string> => {
    instance ??= await metadata.get('instance-id');
    if (instance === undefined) throw new Error('the instance metadata service does not know this instance');
    return instance;
  };

  const reasonToGo = async (): Promise<string | undefined> => {
    const notice = await metadata.get('spot/instance-action');
    if (notice !== undefined) return `spot notice: ${notice}`;
    const state = await metadata.get('autoscaling/target-lifecycle-state');
    return state !== undefined && LEAVING_STATES.has(state.trim()) ? `scale-in: ${state.trim()}` : undefined;
  };

  const logFailure = (doing: string, call: () => Promise<unknown>): Promise<void> => {
    previous = previous.then(call).then(
      () => undefined,
      (error: unknown) => log(`${doing} failed`, { error: (error as Error).message }),
    );
    return previous;
  };

  const protect = async (ProtectedFromScaleIn: boolean): Promise<void> => {
    if (isProtected === ProtectedFromScaleIn) return;
    isProtected = ProtectedFromScaleIn;
    await logFailure('setting the scale-in protection', async () => {
      try {
        const InstanceIds = [await instanceId()];
        await client.send(
          new SetInstanceProtectionCommand({ AutoScalingGroupName, InstanceIds, ProtectedFromScaleIn }),
        );
      } catch (error) {
        isProtected = undefined;
        throw error;
      }
    });
  };

  const action = async () => ({
    AutoScalingGroupName,
    LifecycleHookName: lifecycleHook,
    InstanceId: await instanceId(),
  });

  return {
    leaving: async (signal) => {
      for (;;) {
        try {
          const reason = await reasonToGo();
          if (reason !== undefined) return reason;
        } catch (error) {
          log('the instance metadata service does not answer', { error: (error as Error).message });
        }
        await sleep(intervalMs, undefined, { signal });
      }
    },
    busy: async (isBusy) => {
      clearTimeout(unprotecting);
      if (isBusy) return protect(true);
      unprotecting = setTimeout(() => void protect(false), idleMs);
      unprotecting.unref();
    },
    stillDraining: () =>
      logFailure('the lifecycle heartbeat', async () =>
        client.send(new RecordLifecycleActionHeartbeatCommand(await action())),
      ),
    drained: () =>
      logFailure('completing the lifecycle action', async () =>
        client.send(new CompleteLifecycleActionCommand({ ...(await action()), LifecycleActionResult: 'CONTINUE' })),
      ),
  };
}
