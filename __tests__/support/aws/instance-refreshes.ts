import { randomUUID } from 'node:crypto';
import type { Actions } from './elasticache';

/** An instance refresh that was asked for. */
export interface InstanceRefresh {
  readonly id: string;
  readonly group: string;
  /** What the call said. */
  readonly asked: Readonly<Record<string, unknown>>;
}

/** Instance refreshes of Auto Scaling: each is done at once. */
export function instanceRefreshActions(refreshes: InstanceRefresh[]): Actions {
  return {
    StartInstanceRefresh: (call) => {
      const id = randomUUID();
      refreshes.push({ id, group: call.AutoScalingGroupName as string, asked: call });
      return { InstanceRefreshId: id };
    },
    DescribeInstanceRefreshes: ({ AutoScalingGroupName }) => ({
      InstanceRefreshes: refreshes
        .filter(({ group }) => group === AutoScalingGroupName)
        .map(({ id, group }) => ({
          InstanceRefreshId: id,
          AutoScalingGroupName: group,
          Status: 'Successful',
          PercentageComplete: 100,
        }))
        .reverse(),
    }),
  };
}
