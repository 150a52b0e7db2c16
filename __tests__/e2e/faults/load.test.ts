import * as path from 'node:path';
import type { JobQueue } from '../../../services/engines/job-queue/job-queue';
import { PubsubJobQueue } from '../../../services/engines/job-queue/pubsub/pubsub-job-queue';
import { SqsJobQueue } from '../../../services/engines/job-queue/sqs';
import { startElasticMq } from '../../kit/engines/elasticmq';
import { pubsubUrl, startPubsubEmulator } from '../../kit/engines/pubsub-emulator';
import { startRedis, type RedisServer } from '../../kit/engines/redis-server';
import { createQueues, sqsConfig, sqsEnvironment } from '../../kit/engines/simulated-sqs';
import { startLoad, type Load } from '../../kit/playground/load';
import { openPlayground, type GatewayProgram, type Playground, type Program } from '../../kit/playground/processes';
import { requireTool } from '../../kit/require-tool';

interface QueueServer {
  /** As the programs are told of it. */
  readonly variables: Readonly<Record<string, string>>;
  /** One of the test's own, on the same messages. */
  readonly queue: JobQueue;
  stop(): Promise<void>;
}

const LEAST_JOBS = 500;
const BETWEEN_FAULTS_MS = 3_000;
const SKEW_MS = 10 * 60_000;

const servers: readonly (readonly [string, string, () => Promise<QueueServer>])[] = [
  [
    'SQS',
    'elasticmq',
    async () => {
      const server = await startElasticMq();
      const urls = await createQueues(server.endpoint);
      return {
        variables: {
          ...sqsEnvironment,
          SANDPIPER_QUEUE: urls.queueUrl,
          SANDPIPER_DEAD_LETTERS: urls.deadLetterQueueUrl,
        },
        queue: new SqsJobQueue({ ...urls, client: sqsConfig(server.endpoint) }),
        stop: server.stop,
      };
    },
  ],
  [
    'Pub/Sub',
    'pubsub-emulator',
    async () => {
      const server = await startPubsubEmulator();
      const names = await server.createQueues();
      return {
        variables: {
          PUBSUB_EMULATOR_HOST: server.host,
          SANDPIPER_QUEUE: pubsubUrl(names.queue),
          SANDPIPER_DEAD_LETTERS: pubsubUrl(names.deadLetters),
        },
        queue: new PubsubJobQueue({ ...names, emulator: server.host }),
        stop: server.stop,
      };
    },
  ],
];

/**
 * Two gateways and three runners as processes, one runner's clock ten minutes fast, another's slow; under load, something dies
 * every few seconds, and messages are delivered twice.
 */
describe.each(servers)('the playground under load and faults, with %s', (_, tool, startServer) => {
  requireTool(['root', 'crun', 'gcc', 'redis-server', tool]);
  jest.setTimeout(400_000);
  let server: QueueServer;
  let redis: RedisServer;
  let playground: Playground;
  const gateways: GatewayProgram[] = [];
  const runners: Program[] = [];

  beforeAll(async () => {
    [server, redis] = await Promise.all([startServer(), startRedis({ isDurable: true })]);
    playground = await openPlayground(
      {
        ...server.variables,
        SANDPIPER_EVENTS: `redis://127.0.0.1:${redis.port}`,
        // The least that a queue takes: what a dead runner held comes back so much later.
        SANDPIPER_LEASE_SECONDS: '10',
        LOG_LEVEL: 'error',
      },
      ['bash'],
    );
    for (let n = 0; n < 2; n++) gateways.push(await playground.startGateway());
    for (let n = 0; n < 3; n++) runners.push(await playground.startRunner(clockOf(n)));
  }, 180_000);
  afterAll(async () => {
    await playground?.stop();
    await server?.queue.close();
    await Promise.all([server?.stop(), redis?.stop()]);
  }, 60_000);

  const faults: readonly (readonly [string, (round: number) => Promise<void>])[] = [
    [
      'a runner is killed',
      async (round) => {
        await runners[round % 3]!.end('SIGKILL');
        runners[round % 3] = await playground.startRunner(clockOf(round % 3));
      },
    ],
    [
      'a gateway is killed',
      async (round) => {
        await gateways[round % 2]!.end('SIGKILL');
        gateways[round % 2] = await playground.startGateway();
      },
    ],
    [
      'Redis restarts',
      async () => {
        await redis.kill();
        await redis.start();
      },
    ],
    [
      'a runner drains',
      async (round) => {
        await runners[(round + 1) % 3]!.end('SIGTERM');
        runners[(round + 1) % 3] = await playground.startRunner(clockOf((round + 1) % 3));
      },
    ],
    [
      'a gateway ends in order',
      async (round) => {
        await gateways[(round + 1) % 2]!.end('SIGTERM');
        gateways[(round + 1) % 2] = await playground.startGateway();
      },
    ],
    ['messages are delivered twice', () => duplicate(server.queue, 5)],
  ];

  it(`ends each of ${LEAST_JOBS} and more accepted jobs once, with all of its output, numbered without gap or repeat`, async () => {
    const happened: string[] = [];
    const load = startLoad({
      // Each kind of fault fell into the load, and one of them on a job that had begun.
      isEnough: (jobs) =>
        jobs.length >= LEAST_JOBS &&
        happened.length >= faults.length &&
        jobs.some(({ attempts, ends }) => attempts > 1 && ends.length > 0),
      concurrency: 24,
      clients: 6,
      gateways: () => gateways.map(({ url }) => url),
    });
    let isOver = false;
    const ended = load.ended.then(() => (isOver = true));
    for (let round = 0; !isOver; round++) {
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, BETWEEN_FAULTS_MS))]);
      if (isOver) break;
      const [name, cause] = faults[round % faults.length]!;
      await cause(round);
      happened.push(name);
    }
    await ended;
    expect(problemsOf(load)).toEqual([]);
    expect(load.jobs.length).toBeGreaterThanOrEqual(LEAST_JOBS);
    expect(load.jobs.some(({ attempts }) => attempts > 1)).toBe(true);
  });
});

function clockOf(runner: number): Readonly<Record<string, string>> {
  if (runner === 0) return {};
  const preload = path.join(__dirname, '../../kit/playground/skewed-clock.js');
  return { NODE_OPTIONS: `--require ${preload}`, SKEW_MS: String(runner === 1 ? SKEW_MS : -SKEW_MS) };
}

/** Takes messages before a runner does, and sends each again beside the one that it puts back. */
async function duplicate(queue: JobQueue, count: number): Promise<void> {
  const leases = await queue.receive({ maximum: count, waitSeconds: 5, leaseSeconds: 10 });
  for (const { body, attributes, release } of leases) {
    await queue.send({ body, attributes });
    await release();
  }
}

function problemsOf({ jobs }: Load): readonly unknown[] {
  return jobs.flatMap((job, number) => {
    const { expected, output, ends, gaps, refusal } = job;
    const [end] = ends;
    const isRight = end?.type === 'exit' && end.reason === 'ok' && end.exitCode === 0 && output === expected;
    return isRight && ends.length === 1 && gaps === 0 && job.isAccepted
      ? []
      : [{ number, ...job, expected: expected.slice(-40), output: output.slice(-40), refusal }];
  });
}
