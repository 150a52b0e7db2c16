/** One statement of an IAM, key, bucket, topic or endpoint policy. */
export interface PolicyStatement {
  readonly sid: string;
  readonly effect?: 'Allow' | 'Deny';
  /** @default none - an identity policy */
  readonly principal?:
    | '*'
    | Readonly<Record<'AWS' | 'Service', string | readonly string[]>>
    | Readonly<Record<string, string | readonly string[]>>;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Operator -> condition key -> value. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A policy as JSON. Its parts may be Terraform values. */
export function policyDocument(...statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements.map(toJson) });
}

function toJson({ sid, effect, principal, actions, resources, conditions }: PolicyStatement) {
  return {
    Sid: sid,
    Effect: effect ?? 'Allow',
    ...(principal === undefined ? {} : { Principal: principal }),
    Action: oneOrMany(actions),
    Resource: oneOrMany(resources),
    ...(conditions === undefined ? {} : { Condition: conditions }),
  };
}

/** AWS gives a list of one back as its only element: written the same way, a second plan shows no change. */
function oneOrMany(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? values[0]! : values;
}

/** Trust policy of a role that one AWS service takes on. */
export function trustPolicy(service: string, conditions?: PolicyStatement['conditions']): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Trust',
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
        ...(conditions === undefined ? {} : { Condition: conditions }),
      },
    ],
  });
}
