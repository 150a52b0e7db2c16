import { Testing, type TerraformStack } from 'cdktf';
import type { ProviderCloud } from '../../../modules/props/cloud';

/** A synthesized resource, as Terraform reads it. */
export type Resource = Record<string, any>;

/** What Terraform is given. */
export interface Synthesized {
  readonly json: Record<string, any>;
  /** Resources of a type (without the provider's prefix), those of an id where that is given. */
  all(type: string, id?: string): Resource[];
  /** The one resource of that type and id. */
  one(type: string, id?: string): Resource;
}

/** Whether a resource's name (the ids of its construct path, joined by `_`) is the one that a test asks for. */
export type Matches = (name: string, id: string) => boolean;

const endsIn: Matches = (name, id) => new RegExp(`_${id}(?:_[0-9A-F]{8})?$`).test(name);

/** Synthesizes a stack. @param matches how resources are found by id. @default by the end of their construct path */
export function synthesize(stack: TerraformStack, cloud: ProviderCloud, matches = endsIn): Synthesized {
  const json = JSON.parse(Testing.synth(stack)) as Record<string, any>;
  const provider = cloud === 'aws' ? 'aws' : 'google';
  const all = (type: string, id?: string): Resource[] =>
    Object.entries((json.resource[`${provider}_${type}`] ?? {}) as Record<string, Resource>)
      .filter(([name]) => id === undefined || matches(name, id))
      .map(([, resource]) => resource);
  const one = (type: string, id?: string): Resource => {
    const found = all(type, id);
    if (found.length !== 1) throw new Error(`${found.length} resources of type ${type} ${id ?? ''}, not one`);
    return found[0]!;
  };
  return { json, all, one };
}
