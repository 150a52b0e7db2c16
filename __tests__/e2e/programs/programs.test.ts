import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { SignJWT } from 'jose';
import { connect, endOf, type TestClient } from '../../kit/gateway/test-client';
import { startRedis, type RedisServer } from '../../kit/engines/redis-server';
import { createQueues, sqsEnvironment } from '../../kit/engines/simulated-sqs';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import {
  JWT_SECRET,
  openPlayground,
  type GatewayProgram,
  type Playground,
  type Program,
} from '../../kit/playground/processes';
import { requireTool } from '../../kit/require-tool';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

interface Span {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

/** The gateway and the runner as machines run them: programs of their own, told everything by their environment. */
describe('the programs of the playground', () => {
  requireTool(['root', 'crun', 'gcc', 'python3', 'redis-server', 'moto_server']);
  jest.setTimeout(120_000);
  let moto: Moto;
  let cloudwatch: CloudWatchClient;
  let redis: RedisServer;
  let playground: Playground;
  let gateway: GatewayProgram;
  let runner: Program;
  let collector: http.Server;
  const clients: TestClient[] = [];
  const spans: Span[] = [];
  let sent = '';

  beforeAll(async () => {
    collector = http.createServer((request, response) => {
      let body = '';
      request.on('data', (data: Buffer) => (body += data.toString()));
      request.on('end', () => {
        sent += body;
        for (const { resource, scopeSpans } of (JSON.parse(body) as any).resourceSpans) {
          const name = resource.attributes.find(({ key }: any) => key === 'service.name');
          for (const scope of scopeSpans)
            spans.push(...scope.spans.map((span: Span) => ({ ...span, service: name.value.stringValue })));
        }
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    [moto, redis] = await Promise.all([startMoto(), startRedis()]);
    cloudwatch = new CloudWatchClient({
      region: sqsEnvironment.AWS_REGION,
      endpoint: moto.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const { queueUrl, deadLetterQueueUrl } = await createQueues(moto.endpoint);
    playground = await openPlayground(
      {
        ...sqsEnvironment,
        AWS_ENDPOINT_URL_CLOUDWATCH: moto.endpoint,
        SANDPIPER_QUEUE: queueUrl,
        SANDPIPER_DEAD_LETTERS: deadLetterQueueUrl,
        SANDPIPER_EVENTS: `redis://127.0.0.1:${redis.port}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
        OTEL_BSP_SCHEDULE_DELAY: '100',
      },
      ['python', 'bash'],
    );
    [gateway, runner] = await Promise.all([
      playground.startGateway({
        SANDPIPER_ALLOW_ANONYMOUS: 'false',
        SANDPIPER_DEMAND: `cloudwatch:${sqsEnvironment.AWS_REGION}/app-test/fleet`,
      }),
      playground.startRunner(),
    ]);
  }, 120_000);
  afterAll(async () => {
    for (const client of clients) client.socket.terminate();
    await playground?.stop();
    cloudwatch?.destroy();
    await Promise.all([moto?.stop(), redis?.stop()]);
    await new Promise((resolve) => collector.close(resolve));
  });

  /** The largest value that was published. */
  const published = async (metric: string, outcome?: string): Promise<number | undefined> => {
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Sandpiper',
        MetricName: metric,
        Dimensions: Object.entries({
          Environment: 'app-test',
          Fleet: 'fleet',
          ...(outcome === undefined ? {} : { Outcome: outcome }),
        }).map(([Name, Value]) => ({ Name, Value })),
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 600_000),
        Period: 1_200,
        Statistics: ['Maximum'],
      }),
    );
    return Datapoints.length === 0 ? undefined : Math.max(...Datapoints.map(({ Maximum = 0 }) => Maximum));
  };
  const token = () =>
    new SignJWT({ user_id: 'u1' }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(JWT_SECRET));
  const client = async (headers: Readonly<Record<string, string>> = {}): Promise<TestClient> => {
    const made = await connect(gateway.url, { headers: { authorization: `Bearer ${await token()}`, ...headers } });
    clients.push(made);
    return made;
  };

  it('run a job for a user, and refuse one without a token', async () => {
    const user = await client();
    const { job } = await user.submit('', { language: 'python', files: [{ content: 'print(6 * 7)' }] });
    expect(await user.next(endOf(job))).toMatchObject({ type: 'exit', reason: 'ok', exitCode: 0 });
    expect(user.outputOf(job)).toBe('42\n');
    await expect(connect(gateway.url)).rejects.toThrow('401');
  });

  it('offer what the file of languages says, and no more', async () => {
    const { languages } = (await (await fetch(`${gateway.url}/v1/languages`)).json()) as {
      languages: { id: string }[];
    };
    expect(new Set(languages.map(({ id }) => id))).toEqual(new Set(['python', 'bash']));
  });

  it('tell on their private ports what they reach, and what they did', async () => {
    const user = await client();
    const { job } = await user.submit('', { language: 'bash', files: [{ content: 'echo hello; exit 3' }] });
    await user.next(endOf(job));
    const read = async (url: string): Promise<string> => await (await fetch(url)).text();
    for (const { adminUrl } of [gateway, runner]) {
      expect(JSON.parse(await read(`${adminUrl}/readyz`))).toEqual({ queue: 'ok', events: 'ok' });
    }
    const told = await read(`${gateway.adminUrl}/metrics`);
    expect(told).toContain('sandpiper_gateway_jobs_accepted_total{language="bash"} 1');
    expect(told).toContain('sandpiper_gateway_jobs_ended_total{language="bash",outcome="ok"} 1');
    expect(told).toContain('sandpiper_gateway_first_byte_seconds_count{language="bash"} 1');
    const done = await read(`${runner.adminUrl}/metrics`);
    expect(done).toContain('sandpiper_runner_jobs_ended_total{language="bash",outcome="ok"} 1');
    expect(done).toContain('sandpiper_runner_queue_wait_seconds_count{language="bash"} 1');
    expect(done).toContain('sandpiper_runner_stage_seconds_count{language="bash",stage="run"} 1');
    expect(done).toMatch(/sandpiper_runner_sandboxes_taken_total\{start="(warm|cold)"\} [1-9]/);
    expect(done).toContain('sandpiper_runner_slots 2');
  });

  it('send one trace from the caller over the submit and the attempt to its stages', async () => {
    const user = await client({ traceparent: `00-${TRACE}-${CALLER}-01` });
    const { job } = await user.submit('', { language: 'bash', files: [{ content: 'echo a-private-word' }] });
    await user.next(endOf(job));
    const own = () => spans.filter(({ traceId }) => traceId === TRACE);
    while (own().length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
    const [submit, attempt, run] = ['submit', 'attempt', 'run'].map((name) =>
      own().find((span) => span.name === name)!,
    );
    expect(submit).toMatchObject({ service: 'sandpiper-gateway', parentSpanId: CALLER });
    expect(attempt).toMatchObject({ service: 'sandpiper-runner', parentSpanId: submit!.spanId });
    expect(run).toMatchObject({ service: 'sandpiper-runner', parentSpanId: attempt!.spanId });
    expect(sent).toContain(job);
    expect(sent).not.toContain('a-private-word');
  });

  it('publish the runner that is there, for the fleet to be scaled by', async () => {
    while ((await published('InstancesInService')) !== 1) await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await published('SlotsInService')).toBe(2);
    expect(await published('SlotsWanted')).toBeGreaterThanOrEqual(0);
  });

  it('refuse a job at once when too many wait, with a time to try again', async () => {
    // Nobody runs the jobs of this queue.
    const queue = await createQueues(moto.endpoint, '-full');
    const full = await playground.startGateway({
      SANDPIPER_QUEUE: queue.queueUrl,
      SANDPIPER_DEAD_LETTERS: queue.deadLetterQueueUrl,
      SANDPIPER_SLOTS: '1',
      SANDPIPER_MEAN_JOB_MS: '10000',
      SANDPIPER_QUEUE_WAIT_SECONDS: '15',
    });
    const user = await connect(full.url);
    clients.push(user);
    let refusal = '';
    for (let n = 0; refusal === ''; n++) {
      expect(n).toBeLessThan(100);
      await user.submit('', { language: 'bash', files: [{ content: 'true' }] }).catch((error: Error) => {
        refusal = error.message;
      });
      // What the gateway knows of the others is a second old at most.
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    expect(refusal).toMatch(/overloaded.*a new one would wait about \d+ s.*retryAfterMs/);
    await full.end('SIGTERM');
  });

  it('log neither programs nor tokens', async () => {
    expect(gateway.log() + runner.log()).not.toMatch(/a-private-word|6 \* 7|Bearer|eyJ/);
  });

  it('end in order when they are told to', async () => {
    await runner.end('SIGTERM');
    await gateway.end('SIGTERM');
    expect(await published('JobsEnded', 'ok')).toBeGreaterThanOrEqual(2);
    expect([runner.child.exitCode, gateway.child.exitCode]).toEqual([0, 0]);
  });
});
