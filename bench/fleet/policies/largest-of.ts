import type { Policy } from '../policy';

/**
 * Several policies of one group: one that wants more gets it; what several would take away goes as far as the most careful of them.
 * Source: EC2 Auto Scaling user guide, "Multiple scaling policies": the largest capacity wins, out and in.
 */
export function largestOf(policies: readonly Policy[]): Policy {
  const due = policies.map(() => 0);
  return {
    intervalSeconds: Math.min(...policies.map(({ intervalSeconds }) => intervalSeconds)),
    decide: (now, seen) => {
      const wishes: number[] = [];
      for (const [index, policy] of policies.entries()) {
        if (now < due[index]!) continue;
        due[index] = now + policy.intervalSeconds;
        const wish = policy.decide(now, seen);
        if (wish !== seen.desired) wishes.push(wish);
      }
      return wishes.length === 0 ? seen.desired : Math.max(...wishes);
    },
  };
}
