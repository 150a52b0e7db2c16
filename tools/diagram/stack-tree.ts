import { TerraformResource, Testing, type TerraformStack } from 'cdktf';

/** A resource of a stack: where it stands in the construct tree, and what Terraform is given of it. */
export interface TreeResource {
  /** Such as `aws_lb`. */
  readonly type: string;
  /** Construct id, such as `load-balancer`. */
  readonly id: string;
  /** Construct id of what holds it, such as `playground`. */
  readonly owner: string;
  /** `<type>.<name>`, as in Terraform. */
  readonly address: string;
  readonly attributes: Readonly<Record<string, any>>;
  /** All attributes as text, with the locals that they name written out. */
  readonly text: string;
  /** Addresses of the resources that the attributes name, through locals too. */
  readonly references: ReadonlySet<string>;
}

/** What a stack deploys. */
export interface StackTree {
  /** Such as `aws-stack`. */
  readonly stack: string;
  /** In the order of their addresses. */
  readonly resources: readonly TreeResource[];
  /** Defaults of the Terraform variables that have one. */
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Synthesized {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
  readonly variable?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly locals?: Readonly<Record<string, unknown>>;
}

/** Walks the constructs of a stack; their attributes are what its synthesis gives to Terraform. Nothing is written. */
export function readStackTree(stack: TerraformStack): StackTree {
  const { resource = {}, variable = {}, locals = {} } = JSON.parse(Testing.synth(stack)) as Synthesized;
  const resources = stack.node
    .findAll()
    .filter((node) => TerraformResource.isTerraformResource(node))
    // Deletion guards: Terraform's own, of no cloud.
    .filter(({ terraformResourceType }) => terraformResourceType !== 'terraform_data')
    .map((node): TreeResource => {
      const { terraformResourceType: type, friendlyUniqueId: name } = node;
      const attributes = resource[type]?.[name];
      if (attributes === undefined) throw new Error(`${node.node.path} is not in the synthesized configuration`);
      const text = withLocals(JSON.stringify(attributes), locals);
      return {
        type,
        id: node.node.id,
        owner: node.node.scope?.node.id ?? '',
        address: `${type}.${name}`,
        attributes,
        text,
        references: new Set(referencesIn(text)),
      };
    })
    .sort((a, b) => (a.address < b.address ? -1 : 1));
  const known = new Set(resources.map(({ address }) => address));
  for (const { references } of resources) {
    // What looks like an address but is none: a data source, a file name.
    for (const address of references) if (!known.has(address)) (references as Set<string>).delete(address);
  }
  return {
    stack: stack.node.id,
    resources,
    variables: Object.fromEntries(
      Object.entries(variable).flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}

/** A local may name another. */
function withLocals(text: string, locals: Readonly<Record<string, unknown>>, depth = 0): string {
  if (depth > 8) return text;
  const found = [...new Set([...text.matchAll(/\blocal\.([\w-]+)/g)].map(([, name = '']) => name))];
  if (found.length === 0) return text;
  const written = found.map((name) => JSON.stringify(locals[name] ?? '')).join(' ');
  return `${text} ${withLocals(written, locals, depth + 1)}`;
}

function referencesIn(text: string): string[] {
  return [...text.matchAll(/\b((?:aws|google)_[a-z0-9_]+\.[A-Za-z_][\w-]*)/g)].map(([, address = '']) => address);
}
