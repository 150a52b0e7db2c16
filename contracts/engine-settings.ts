import { text } from './setting';

/** Where gateway and runner find the job queue and the event store. Both programs read these rows. */
export const engineSettings = {
  queue: text('SANDPIPER_QUEUE', {
    doc: 'URL of the job queue: `memory:`, that of an SQS queue, or `pubsub://PROJECT/TOPIC/SUBSCRIPTION`. Region and credentials are found as everywhere with AWS or Google.',
  }),
  deadLetters: text('SANDPIPER_DEAD_LETTERS', {
    default: undefined,
    doc: 'URL of the queue for dead letters, in the same form.',
  }),
  eventStore: text('SANDPIPER_EVENTS', {
    doc: 'URL of the event store: `memory:`, or `redis://[user:password@]host[:port]` (`rediss:` for TLS). A program whose event store is away at the start keeps trying in the background.',
  }),
  eventStoreAuthentication: text('SANDPIPER_EVENTS_AUTH', {
    default: undefined,
    defaultText: 'the password of the URL',
    doc: 'How to log in to the event store with short-lived tokens of the machine’s identity: `aws-iam:<user>@<cache>` (ElastiCache; `@serverless:<cache>` for a serverless one) or `gcp-iam` (Memorystore).',
  }),
  eventStoreAuthority: text('SANDPIPER_EVENTS_CA', {
    default: undefined,
    defaultText: 'the authorities of the system',
    doc: 'Authority that signed the certificate of the event store: a file (PEM), or its content as base64. With `gcp-iam` it is the instance’s own, so the certificate need not name the address.',
  }),
};
