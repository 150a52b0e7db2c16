import { Failure } from '../failure';
import { awsFlows } from './aws/flows';
import type { Flow, FlowReport } from './flow';
import { gcpFlows } from './gcp/flows';
import { readPlan } from '../plan/plan';

/**
 * Who reaches whom in a plan: one report for each cloud that it has machines in.
 *
 * @param shown what `terraform show -json` printed of a plan or a state
 * @param configuration the `cdk.tf.json` that it was made of
 * @throws Failure when it is no plan, or one that has machines in neither cloud
 */
export function reportFlows(shown: unknown, configuration?: unknown): readonly FlowReport[] {
  const plan = readPlan(shown, configuration);
  const reports = [awsFlows(plan), gcpFlows(plan)].filter(({ closures }) => closures.length > 0);
  if (reports.length === 0)
    throw new Failure('the plan holds no machines of AWS or GCP: there is nobody to reach anybody');
  return reports;
}

/** The runners of a report, by name. */
export function runnersOf({ closures }: FlowReport): readonly string[] {
  return closures.filter(({ who }) => who.kind === 'runner').map(({ who }) => who.name);
}

/** Flows that differ only in what lets them through (IPv4 and IPv6, groups made from two templates) as one; the sender's order kept. */
export function joined(flows: readonly Flow[]): readonly Flow[] {
  const all = new Map<string, Flow>();
  for (const flow of flows) {
    const { from, to, ports, why, limit } = flow;
    const key = JSON.stringify([from, to, ports, why, limit]);
    const by = [...(all.get(key)?.by ?? []), ...flow.by];
    all.set(key, { ...flow, by: [...new Set(by)] });
  }
  return [...all.values()];
}
