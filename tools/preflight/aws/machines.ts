import type { Stack } from '../../plan/synthesized';
import type { Values } from '../values';
import { wholeNumber } from '../../plan/evaluate-number';

/** An Auto Scaling group of the stack: what it starts with, and what it may grow to. */
export interface MachineGroup {
  readonly name: string;
  /** Types that it takes, any of them. */
  readonly types: readonly string[];
  readonly onDemand: Range;
  readonly spot: Range;
}

/** Numbers of instances. */
export interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/** The groups of a stack. @throws CheckSkipped where a number is not known before the plan */
export function machineGroups(stack: Stack, values: Values): MachineGroup[] {
  const number = (attribute: unknown): number => wholeNumber(attribute, stack, values);
  return stack.resources
    .filter(({ type }) => type === 'aws_autoscaling_group')
    .map(({ body }) => {
      const size = { minimum: number(body.min_size), maximum: number(body.max_size) };
      const template = templateOf(stack, body);
      const mixed = body.mixed_instances_policy as Record<string, any> | undefined;
      const overrides = ((mixed?.launch_template?.override ?? []) as { instance_type: string }[]).map(
        ({ instance_type: type }) => type,
      );
      const base = mixed === undefined ? size.maximum : number(mixed.instances_distribution.on_demand_base_capacity);
      // What is above the base is spot: the stack asks for no on-demand share of it.
      const onDemand = { minimum: Math.min(base, size.minimum), maximum: Math.min(base, size.maximum) };
      return {
        name: String(template?.name ?? body.name),
        types: overrides.length > 0 ? overrides : [String(template?.instance_type)],
        onDemand,
        spot: { minimum: size.minimum - onDemand.minimum, maximum: size.maximum - onDemand.maximum },
      };
    });
}

function templateOf(stack: Stack, group: Readonly<Record<string, any>>): Readonly<Record<string, any>> | undefined {
  const reference = String(
    group.launch_template?.id ??
      group.mixed_instances_policy?.launch_template.launch_template_specification.launch_template_id,
  );
  const name = /^\$\{aws_launch_template\.(.+)\.id\}$/.exec(reference)?.[1];
  return stack.resources.find((each) => each.type === 'aws_launch_template' && each.name === name)?.body;
}
