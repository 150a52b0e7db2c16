import { DataResource, type TerraformResource } from 'cdktf';

/**
 * Refuses, at plan, to destroy or replace a resource that holds data or traffic: for as long as `isProtected` was applied.
 *
 * `prevent_destroy` on the resource itself refuses too much. A resource whose creation stops half-way is tainted, and Terraform must replace it:
 * every later plan would be refused. The guard is a resource of its own, made when the other is complete. It is replaced with it, and refuses that.
 */
export function guardAgainstDeletion(resource: TerraformResource, isProtected: boolean): void {
  if (!isProtected) return;
  new DataResource(resource.node.scope!, `${resource.node.id}-guard`, {
    triggersReplace: { id: resource.getStringAttribute('id') },
    lifecycle: { preventDestroy: true },
  });
}
