/** A call or an answer of SQS, whose protocol is JSON. */
type Json = Record<string, any>;

/** Policies that a queue gives back as they were set; "" takes one away. */
const POLICIES = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy'];

/**
 * Keeps what moto 5.2 loses of its queues: who may send dead letters to one (RedriveAllowPolicy is not known to it), how a redrive
 * policy was written, and the queue's policy once any other attribute is set. Messages and every other attribute stay moto's.
 */
export class QueueAttributes {
  private readonly policies = new Map<string, Map<string, string>>();

  /** What moto is to be asked instead. */
  asked(action: string, call: Json): Json {
    if (action === 'GetQueueAttributes') {
      // An unknown name is refused; one at least must be there.
      const names = ((call.AttributeNames ?? []) as string[]).filter((name) => !POLICIES.includes(name));
      return { ...call, AttributeNames: names.length > 0 ? names : ['QueueArn'] };
    }
    if (action !== 'SetQueueAttributes') return call;
    const policies = this.keep(nameOf(call.QueueUrl as string), (call.Attributes ?? {}) as Json);
    const { RedriveAllowPolicy: _unknown, ...attributes } = call.Attributes as Json;
    const policy = policies.get('Policy');
    return { ...call, Attributes: policy === undefined ? attributes : { ...attributes, Policy: policy } };
  }

  /** What the caller is told instead. The region is the call's. */
  answered(action: string, call: Json, answer: Json, region: string): Json {
    const urlOf = (url: string) => `https://sqs.${region}.amazonaws.com${new URL(url).pathname}`;
    switch (action) {
      case 'CreateQueue':
        this.keep(call.QueueName as string, (call.Attributes ?? {}) as Json);
        return { ...answer, QueueUrl: urlOf(answer.QueueUrl as string) };
      case 'GetQueueUrl':
        return { ...answer, QueueUrl: urlOf(answer.QueueUrl as string) };
      case 'ListQueues':
        return { ...answer, QueueUrls: ((answer.QueueUrls ?? []) as string[]).map(urlOf) };
      case 'GetQueueAttributes': {
        const names = (call.AttributeNames ?? []) as string[];
        const policies = this.policies.get(nameOf(call.QueueUrl as string)) ?? new Map<string, string>();
        const all = { ...(answer.Attributes as Json), ...Object.fromEntries(policies) };
        const asked = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
        return { ...answer, Attributes: Object.fromEntries(asked) };
      }
      case 'DeleteQueue':
        this.policies.delete(nameOf(call.QueueUrl as string));
        return answer;
      default:
        return answer;
    }
  }

  private keep(queue: string, attributes: Json): ReadonlyMap<string, string> {
    const policies = this.policies.get(queue) ?? new Map<string, string>();
    for (const name of POLICIES) {
      const value = attributes[name] as string | undefined;
      if (value === '') policies.delete(name);
      else if (value !== undefined) policies.set(name, value);
    }
    this.policies.set(queue, policies);
    return policies;
  }
}

function nameOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
