import { ApiError, type ApiStructure } from './api-model';

/** What each action of a service does: from what the call says to what the answer says. */
export type Actions = Readonly<Record<string, (call: ApiStructure) => ApiStructure | Promise<ApiStructure>>>;

/** Names and tags in one account and region. */
export class ElastiCacheAccount {
  private readonly tags = new Map<string, Map<string, string>>();

  constructor(
    readonly region: string,
    private readonly accountId: string,
  ) {}

  arn(kind: string, id: string): string {
    return `arn:aws:elasticache:${this.region}:${this.accountId}:${kind}:${id}`;
  }

  /** Something exists from now on, with the tags of the call that made it. */
  tag(arn: string, { Tags = [] }: ApiStructure): void {
    const tags = this.tags.get(arn) ?? new Map<string, string>();
    for (const { Key, Value = '' } of Tags as readonly { Key: string; Value?: string }[]) tags.set(Key, Value);
    this.tags.set(arn, tags);
  }

  untag(arn: string): void {
    this.tags.delete(arn);
  }

  readonly actions: Actions = {
    ListTagsForResource: ({ ResourceName }) => this.tagList(ResourceName as string),
    AddTagsToResource: (call) => {
      this.tagList(call.ResourceName as string);
      this.tag(call.ResourceName as string, call);
      return this.tagList(call.ResourceName as string);
    },
    RemoveTagsFromResource: ({ ResourceName, TagKeys }) => {
      for (const key of TagKeys as readonly string[]) this.tags.get(ResourceName as string)?.delete(key);
      return this.tagList(ResourceName as string);
    },
  };

  private tagList(arn: string): ApiStructure {
    const tags = this.tags.get(arn);
    if (tags === undefined) throw new ApiError('InvalidARN', `${arn} names nothing`);
    return { TagList: [...tags].map(([Key, Value]) => ({ Key, Value })) };
  }
}
