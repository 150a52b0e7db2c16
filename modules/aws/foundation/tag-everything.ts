import { Aspects, TerraformResource, type IAspect } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';

interface Taggable extends IConstruct {
  tags: Record<string, string>;
  readonly tagsInput?: Record<string, string>;
}

/** Tags every resource below `scope` that takes tags; its own (such as `Name`) win. */
export function tagEverything(scope: Construct, tags: Readonly<Record<string, string>>): void {
  const aspect: IAspect = {
    visit(node: IConstruct): void {
      if (isTaggable(node)) node.tags = { ...tags, ...node.tagsInput };
    },
  };
  Aspects.of(scope).add(aspect);
}

/** Data sources have `tags` too: there they are a filter. */
function isTaggable(node: IConstruct): node is Taggable {
  return TerraformResource.isTerraformResource(node) && 'tagsInput' in node;
}
