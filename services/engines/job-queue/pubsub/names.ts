/** A topic and the subscription that its messages are taken from. */
export interface PubsubQueueName {
  readonly project: string;
  readonly topic: string;
  readonly subscription: string;
}

/**
 * @param url `pubsub://PROJECT/TOPIC/SUBSCRIPTION`
 * @returns undefined where it is none
 */
export function parsePubsubUrl(url: string): PubsubQueueName | undefined {
  // Names of topics and subscriptions ("Guidelines to name a topic or a subscription"): 3 to 255 of these, a letter first.
  const name = '[A-Za-z][A-Za-z0-9._~+%-]{2,254}';
  const [, project, topic, subscription] = new RegExp(`^pubsub://([^/]+)/(${name})/(${name})$`).exec(url) ?? [];
  if (project === undefined || topic === undefined || subscription === undefined) return undefined;
  return { project, topic, subscription };
}

/** As Google's API names them. */
export function pathsOf({ project, topic, subscription }: PubsubQueueName) {
  return {
    topic: `projects/${project}/topics/${topic}`,
    subscription: `projects/${project}/subscriptions/${subscription}`,
  };
}
