import { openEventStore } from '../../services/engines/open-event-store';
import type { EventStore } from '../../services/engines/event-store/event-store';
import type { JobQueue } from '../../services/engines/job-queue/job-queue';
import { MemoryJobQueue } from '../../services/engines/job-queue/memory';
import { PubsubJobQueue } from '../../services/engines/job-queue/pubsub/pubsub-job-queue';
import { SqsJobQueue } from '../../services/engines/job-queue/sqs';
import { startElasticMq } from '../../__tests__/kit/engines/elasticmq';
import { startPubsubEmulator } from '../../__tests__/kit/engines/pubsub-emulator';
import { startRedis } from '../../__tests__/kit/engines/redis-server';
import { createQueues, sqsConfig } from '../../__tests__/kit/engines/simulated-sqs';
import { quantile } from '../quantile';

/**
 * `node bench/run.js engines`: what one hop costs. A queue: from `send` until a receiver that waits has the message. An event store:
 * from `append` until a follower has the event. Servers on loopback: what they are not is a network.
 */
const ROUNDS = 300;

async function queueHop(queue: JobQueue): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const receiving = queue.receive({ maximum: 1, waitSeconds: 20, leaseSeconds: 60 });
    // The receiver waits before anything is sent.
    await new Promise((resolve) => setTimeout(resolve, 2));
    const start = process.hrtime.bigint();
    await queue.send({ body: 'x'.repeat(1_000) });
    const [lease] = await receiving;
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
    await lease!.complete();
  }
  return times;
}

async function storeHop(store: EventStore): Promise<readonly number[]> {
  const job = { id: 'bench', owner: 'o', language: 'l', deadlineMs: Date.now() + 600_000, retentionMs: 1_000 };
  await store.jobs.createJob(job);
  const claim = await store.jobs.claim(job, { runnerId: 'r', leaseMs: 600_000, maximumAttempts: 1 });
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  const following = new AbortController();
  const events = store.jobs.follow(job.id, undefined, following.signal)[Symbol.asyncIterator]();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const next = events.next();
    await new Promise((resolve) => setTimeout(resolve, 2));
    const start = process.hrtime.bigint();
    await store.jobs.append(claim.attempt, [{ type: 'stdout', data: 'x'.repeat(100) }]);
    await next;
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  following.abort();
  return times;
}

function print(name: string, times: readonly number[]): void {
  const [p50, p99] = [0.5, 0.99].map((q) => quantile(times, q).toFixed(2).padStart(7));
  console.log(`${name.padEnd(36)} p50 ${p50} ms   p99 ${p99} ms`);
}

async function main(): Promise<void> {
  const memory = new MemoryJobQueue();
  print('queue: memory', await queueHop(memory));
  await memory.close();

  const elasticMq = await startElasticMq();
  const sqs = new SqsJobQueue({ ...(await createQueues(elasticMq.endpoint)), client: sqsConfig(elasticMq.endpoint) });
  print('queue: SQS (ElasticMQ)', await queueHop(sqs));
  await sqs.close();
  await elasticMq.stop();

  const emulator = await startPubsubEmulator();
  const pubsub = new PubsubJobQueue({ ...(await emulator.createQueues()), emulator: emulator.host });
  print('queue: Pub/Sub (Google’s emulator)', await queueHop(pubsub));
  await pubsub.close();
  await emulator.stop();

  const redis = await startRedis();
  for (const url of ['memory:', `redis://127.0.0.1:${redis.port}`]) {
    const store = await openEventStore(url);
    print(`event store: ${url === 'memory:' ? 'memory' : 'Redis'}`, await storeHop(store));
    await store.close();
  }
  await redis.stop();
}

void main();
