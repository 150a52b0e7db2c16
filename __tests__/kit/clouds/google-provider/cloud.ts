import type { ValueObject } from './dynamic-value';

/** An object in the cloud: what the provider reads back. */
export interface CloudObject {
  readonly type: string;
  readonly state: ValueObject;
  /** What was only written, such as a secret's payload: no read returns it. */
  readonly writeOnly: ValueObject;
}

/** A tiny cloud: objects by id. It lives as long as the provider's process, whatever Terraform's state says. */
export interface Cloud {
  /** @throws CloudError when an object of that id is there */
  create(id: string, object: CloudObject): void;
  read(type: string, id: string): CloudObject | undefined;
  update(id: string, object: CloudObject): void;
  remove(type: string, id: string): void;
  /** Every object, of one type where that is given. */
  objects(type?: string): readonly CloudObject[];
  /** A number that was not given before: of an object, a project, an address. */
  nextNumber(): number;
}

/** What Google's servers refuse. */
export class CloudError extends Error {}

/** Types that add to a list that others keep, or adopt what is there: creating one twice is no error. */
const ADDITIVE = /_iam_member$|^google_project_service$|^google_logging_project_bucket_config$/;

export function openCloud(): Cloud {
  const objects = new Map<string, CloudObject>();
  let last = 0;
  return {
    create: (id, object) => {
      const key = keyOf(object.type, id);
      if (objects.has(key) && !ADDITIVE.test(object.type)) {
        throw new CloudError(`googleapi: Error 409: The resource '${id}' already exists, alreadyExists`);
      }
      objects.set(key, object);
    },
    read: (type, id) => objects.get(keyOf(type, id)),
    update: (id, object) => {
      const key = keyOf(object.type, id);
      if (!objects.has(key)) throw new CloudError(`googleapi: Error 404: The resource '${id}' was not found, notFound`);
      objects.set(key, object);
    },
    remove: (type, id) => {
      objects.delete(keyOf(type, id));
    },
    objects: (type) => [...objects.values()].filter((object) => type === undefined || object.type === type),
    nextNumber: () => (last += 1),
  };
}

const keyOf = (type: string, id: string) => `${type} ${id}`;
