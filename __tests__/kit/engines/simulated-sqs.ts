import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';

const REGION = 'eu-central-1';

/** How an SDK client reaches an SQS simulator. */
export function sqsConfig(endpoint: string) {
  return { endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
}

/** The same for a process of its own. */
export const sqsEnvironment: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: REGION,
};

/** Makes a queue and the one beside it. */
export async function createQueues(endpoint: string, suffix = '') {
  const client = new SQSClient(sqsConfig(endpoint));
  const create = async (name: string) =>
    (await client.send(new CreateQueueCommand({ QueueName: `${name}${suffix}` }))).QueueUrl!;
  try {
    return { queueUrl: await create('jobs'), deadLetterQueueUrl: await create('dead') };
  } finally {
    client.destroy();
  }
}
