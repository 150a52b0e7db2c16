import { parseMetricMath } from './metric-math';

/** Attributes of a resource; a nested block is an object (as synthesized) or a list of one (as planned). */
export type Values = Readonly<Record<string, unknown>>;

/** A resource that Terraform would make. */
export interface PlannedResource {
  readonly type: string;
  readonly name: string;
  readonly values: Values;
}

/** What of a plan matters here: its resources, and the boot scripts that they carry. */
export interface Plan {
  /** Where it comes from, for errors. */
  readonly source: string;
  readonly resources: readonly PlannedResource[];
  /** In plain text, whatever their encoding. */
  readonly scripts: readonly string[];
  /** Values of the Terraform variables. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Reads `cdk.tf.json` (what cdktf synthesized and Terraform plans) or the output of `terraform show -json`, of a plan or of the state.
 *
 * @throws Error when it is neither
 */
export function readPlan(source: string, json: unknown): Plan {
  const whole = asObject(json);
  const planned = asObject(whole.planned_values ?? whole.values).root_module;
  if (planned !== undefined) {
    // An ephemeral resource has no values.
    const resources = modulesOf(asObject(planned)).flatMap(({ resources: own = [] }) =>
      (own as PlannedResource[]).map(({ type, name, values }) => ({ type, name, values: asObject(values) })),
    );
    const variables = mapValues(asObject(whole.variables), (variable) => asObject(variable).value);
    return { source, resources, scripts: scriptsOf(resources), variables };
  }
  if (whole.resource === undefined) {
    throw new Error(`${source} is neither a cdk.tf.json nor the output of \`terraform show -json\``);
  }
  const resources = Object.entries(asObject(whole.resource)).flatMap(([type, named]) =>
    Object.entries(asObject(named)).map(([name, values]) => ({ type, name, values: asObject(values) })),
  );
  const variables = mapValues(asObject(whole.variable), (variable) => asObject(variable).default);
  const locals = Object.values(asObject(whole.locals)).filter((value) => typeof value === 'string');
  return { source, resources, scripts: [...locals, ...scriptsOf(resources)], variables };
}

/** The one resource of a type that answers to a condition. @throws Error when there is none or are several */
export function oneResource(
  plan: Plan,
  type: string,
  what: string,
  isIt: (values: Values) => boolean = () => true,
): PlannedResource {
  const found = plan.resources.filter((resource) => resource.type === type && isIt(resource.values));
  if (found.length === 1) return found[0]!;
  throw new Error(`${plan.source} holds ${found.length} ${type} that ${what}, not one`);
}

/** A nested block; `{}` where there is none. */
export function block(values: Values, ...path: readonly string[]): Values {
  return path.reduce<Values>((at, name) => {
    const value = at[name];
    return asObject(Array.isArray(value) ? value[0] : value);
  }, values);
}

/** Nested blocks of one name. */
export function blocks(values: Values, name: string): readonly Values[] {
  const value = values[name] ?? [];
  return (Array.isArray(value) ? value : [value]).map(asObject);
}

/**
 * A number of the plan: one as it is, or an expression over Terraform variables such as `${max(1, (var.most - var.base))}`.
 *
 * @throws Error that names what cannot be known
 */
export function numberIn(plan: Plan, value: unknown, what: string): number {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const [, expression] = /^\$\{(.*)\}$/s.exec(text) ?? [];
  const number = expression === undefined ? Number(text || NaN) : evaluate(plan, expression);
  if (Number.isFinite(number)) return number;
  throw new Error(`${plan.source}: ${what} is ${JSON.stringify(value)}, which is no number that is known`);
}

/**
 * A variable that a program's boot script hands to it.
 *
 * @param marker a variable that only this program is given
 * @returns undefined where no boot script of that program is known: a plan holds none before its first apply
 */
export function handedVariable(plan: Plan, marker: string, name: string): string | undefined {
  const valueOf = (script: string, of: string): string | undefined => new RegExp(`"${of}":"([^"]*)"`).exec(script)?.[1];
  const script = plan.scripts.find((text) => valueOf(text, marker) !== undefined);
  return script && valueOf(script, name);
}

function evaluate(plan: Plan, expression: string): number {
  const inValues = expression.replace(/\bvar\.(\w+)/g, (whole, name: string) => {
    const value = plan.variables[name];
    return typeof value === 'number' ? String(value) : whole;
  });
  try {
    return parseMetricMath(inValues, { max: Math.max, min: Math.min })({});
  } catch {
    return NaN;
  }
}

/** Boot scripts where machines are described: user data of EC2, metadata of Compute Engine. */
function scriptsOf(resources: readonly PlannedResource[]): readonly string[] {
  return resources.flatMap(({ values }) => {
    const { user_data: encoded } = values;
    const metadata = asObject(values.metadata)['startup-script'] ?? values.metadata_startup_script;
    const decoded = typeof encoded === 'string' ? [Buffer.from(encoded, 'base64').toString('utf8')] : [];
    return typeof metadata === 'string' ? [...decoded, metadata] : decoded;
  });
}

function modulesOf(module: Values): readonly Values[] {
  const children = (module.child_modules ?? []) as Values[];
  return [module, ...children.flatMap(modulesOf)];
}

function asObject(value: unknown): Values {
  return typeof value === 'object' && value !== null ? (value as Values) : {};
}

function mapValues<T>(values: Values, to: (value: unknown) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value)]));
}
