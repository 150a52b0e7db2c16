import type { PlannedPlayground } from './plans';

/** A plan under change: what its author might have written, as Terraform would have planned it. */
export interface PlanEditor {
  /** A resource more. Texts with `${…}` are known after apply. */
  add(type: string, attributes: Attributes, name?: string): void;
  /** Changes attributes of the one resource of a type whose name holds `part`; of blocks by `block.0.attribute`. */
  set(type: string, part: string, attributes: Attributes): void;
  /** Takes every resource of a type whose name holds `part` away. */
  remove(type: string, part: string): void;
  /** `${type.name.attribute}` of the one resource of a type whose name holds `part`. */
  ref(type: string, part: string, attribute?: string): string;
  /** An attribute as it is written. */
  written(type: string, part: string, attribute: string): string;
}

type Attributes = Readonly<Record<string, unknown>>;

/** A copy of the plan with changes. */
export function editPlan(planned: PlannedPlayground, change: (editor: PlanEditor) => void): PlannedPlayground {
  const copy = structuredClone(planned) as { plan: any; configuration: Record<string, any> };
  const resources = copy.plan.planned_values.root_module.resources as any[];
  const changes = copy.plan.resource_changes as any[];
  const configured = copy.plan.configuration.root_module.resources as any[];
  const one = (type: string, part: string): { values: any; unknown: any; expressions: any; address: string } => {
    const found = resources.filter((resource) => resource.type === type && resource.name.includes(part));
    if (found.length !== 1) throw new Error(`${found.length} resources ${type} ${part}, not one`);
    const { address, values } = found[0];
    return {
      address,
      values,
      unknown: changes.find((each) => each.address === address).change.after_unknown,
      expressions: configured.find((each) => each.address === address).expressions,
    };
  };
  const editor: PlanEditor = {
    add: (type, attributes, name = 'hole') => {
      const address = `${type}.${name}`;
      const parts = { values: {}, unknown: { id: true }, expressions: {} };
      for (const [attribute, value] of Object.entries(attributes)) assign(parts, attribute, value);
      resources.push({ address, mode: 'managed', type, name, values: parts.values });
      changes.push({ address, mode: 'managed', type, name, change: { after_unknown: parts.unknown } });
      configured.push({ address, mode: 'managed', type, name, expressions: parts.expressions });
    },
    set: (type, part, attributes) => {
      const resource = one(type, part);
      for (const [path, value] of Object.entries(attributes)) {
        const names = path.split('.');
        const last = names.pop()!;
        const at = (tree: any) => names.reduce((inner, name) => (inner[name] ??= {}), tree);
        const { values, unknown, expressions } = resource;
        assign({ values: at(values), unknown: at(unknown), expressions: at(expressions) }, last, value);
      }
    },
    remove: (type, part) => {
      for (const list of [resources, changes, configured]) {
        const kept = list.filter((each) => each.type !== type || !each.name.includes(part));
        if (kept.length === list.length) throw new Error(`no resource ${type} ${part}`);
        list.splice(0, list.length, ...kept);
      }
    },
    ref: (type, part, attribute = 'id') => `\${${one(type, part).address}.${attribute}}`,
    written: (type, part, attribute) => String(one(type, part).expressions[attribute].constant_value),
  };
  change(editor);
  return copy;
}

/** Gives an attribute a value, as a plan writes it: known, or unknown with an expression. A list of objects is a list of blocks. */
function assign(parts: { values: any; unknown: any; expressions: any }, name: string, value: unknown): void {
  delete parts.values[name];
  delete parts.unknown[name];
  delete parts.expressions[name];
  if (value === undefined) return;
  if (Array.isArray(value) && value.some((element) => typeof element === 'object')) {
    Object.assign(parts.values, { [name]: [] });
    Object.assign(parts.unknown, { [name]: [] });
    Object.assign(parts.expressions, { [name]: [] });
    for (const block of value as Attributes[]) {
      const inner = { values: {}, unknown: {}, expressions: {} };
      for (const [attribute, content] of Object.entries(block)) assign(inner, attribute, content);
      parts.values[name].push(inner.values);
      parts.unknown[name].push(inner.unknown);
      parts.expressions[name].push(inner.expressions);
    }
    return;
  }
  const references = [...JSON.stringify(value).matchAll(/\$\{([^}]*)\}/g)].flatMap(([, reference]) => {
    const [type, resource] = reference!.split('.');
    return [reference!, `${type}.${resource}`];
  });
  parts.expressions[name] = { constant_value: value, ...(references.length > 0 ? { references } : {}) };
  if (references.length > 0) parts.unknown[name] = true;
  else parts.values[name] = value;
}
