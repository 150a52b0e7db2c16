import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { countUndelivered } from '../../../../services/engines/job-queue/pubsub/undelivered';

const queue = { project: 'a-project', topic: 'jobs', subscription: 'jobs-runners' };

describe('the count of Pub/Sub’s undelivered messages', () => {
  let server: http.Server;
  let endpoint: string;
  let asked: { readonly url: URL; readonly authorization?: string } | undefined;
  let answer: { readonly status: number; readonly body: unknown };

  beforeAll(async () => {
    server = http.createServer((request, response) => {
      asked = { url: new URL(request.url!, 'http://localhost'), authorization: request.headers.authorization };
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const count = () => countUndelivered({ queue, endpoint, accessToken: async () => 'a-token' })();

  it('is the newest point of the subscription’s metric', async () => {
    const points = [{ value: { int64Value: '17' } }, { value: { int64Value: '3' } }];
    answer = { status: 200, body: { timeSeries: [{ points }] } };
    expect(await count()).toBe(17);
    const { url, authorization } = asked!;
    expect(authorization).toBe('Bearer a-token');
    expect(url.pathname).toBe('/v3/projects/a-project/timeSeries');
    expect(url.searchParams.get('filter')).toBe(
      'metric.type = "pubsub.googleapis.com/subscription/num_undelivered_messages" AND resource.labels.subscription_id = "jobs-runners"',
    );
    const [from, to] = ['startTime', 'endTime'].map((name) => Date.parse(url.searchParams.get(`interval.${name}`)!));
    expect(to! - from!).toBe(600_000);
  });

  it('is 0 for a subscription that never had one', async () => {
    answer = { status: 200, body: {} };
    expect(await count()).toBe(0);
  });

  it('is unavailable with Google’s own words', async () => {
    answer = { status: 403, body: { error: { message: 'Permission monitoring.timeSeries.list denied' } } };
    await expect(count()).rejects.toThrow(/unavailable: Cloud Monitoring answers 403: .*timeSeries.list denied/);
    await expect(
      countUndelivered({ queue, endpoint: 'http://127.0.0.1:1', accessToken: async () => 'x' })(),
    ).rejects.toMatchObject({ code: 'unavailable' });
  });
});
