import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { awsHost } from '../../../../services/runner/host/aws-host';
import { awsMetadata } from '../../../../services/runner/host/aws-metadata';
import { gcpHost } from '../../../../services/runner/host/gcp-host';

const GROUP = 'sandpiper-dev-runners';
const HOOK = 'drain';

/** A metadata service and the Auto Scaling API, as far as a runner asks them. */
describe('a runner’s machine', () => {
  let server: http.Server;
  let endpoint: string;
  let metadata: Record<string, string>;
  let calls: URLSearchParams[];
  let preempted: string;
  let waiting: (() => void)[];
  let sessions: number;
  const logged: string[] = [];
  const log = (message: string): void => void logged.push(message);

  beforeAll(async () => {
    server = http.createServer((request, response) => {
      const url = new URL(request.url!, 'http://localhost');
      if (url.pathname === '/latest/api/token') {
        sessions++;
        expect(request.method).toBe('PUT');
        return void response.end('a-session');
      }
      if (url.pathname.startsWith('/latest/meta-data/')) {
        if (request.headers['x-aws-ec2-metadata-token'] !== 'a-session') return void response.writeHead(401).end();
        const value = metadata[url.pathname.slice('/latest/meta-data/'.length)];
        return void response.writeHead(value === undefined ? 404 : 200).end(value);
      }
      if (url.pathname === '/computeMetadata/v1/instance/preempted') {
        const answer = (): void => void response.setHeader('etag', `e-${preempted}`).end(`${preempted}\n`);
        if (request.headers['metadata-flavor'] !== 'Google') return void response.writeHead(403).end();
        if (url.searchParams.get('last_etag') === `e-${preempted}`) return void waiting.push(answer);
        return answer();
      }
      let body = '';
      request.on('data', (data: Buffer) => (body += data.toString()));
      request.on('end', () => {
        const call = new URLSearchParams(body);
        calls.push(call);
        const action = call.get('Action')!;
        const xml = `<${action}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><${action}Result/></${action}Response>`;
        response.setHeader('content-type', 'text/xml').end(xml);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    [metadata, calls, preempted, waiting, sessions] = [{ 'instance-id': 'i-1' }, [], 'FALSE', [], 0];
    logged.length = 0;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const aws = (more: { readonly idleMs?: number } = {}) =>
    awsHost({
      metadata: awsMetadata(endpoint),
      autoScalingGroup: GROUP,
      lifecycleHook: HOOK,
      client: { endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } },
      intervalMs: 10,
      log,
      ...more,
    });
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it.each([
    ['spot/instance-action', '{"action":"terminate","time":"2026-11-24T01:02:03Z"}', 'spot notice: {"action"'],
    ['autoscaling/target-lifecycle-state', 'Terminated\n', 'scale-in: Terminated'],
  ])('on AWS goes when %s says so, and asks under one session', async (path, value, reason) => {
    metadata['autoscaling/target-lifecycle-state'] = 'InService';
    const leaving = aws().leaving(new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    metadata[path] = value;
    expect(await leaving).toContain(reason);
    expect(sessions).toBe(1);
  });

  it('on AWS stops asking when nobody wants to know any more', async () => {
    const watching = new AbortController();
    const leaving = aws().leaving(watching.signal);
    watching.abort();
    await expect(leaving).rejects.toThrow('aborted');
  });

  it('on AWS is protected while it is busy, and for a while after; jobs in a row cost no calls', async () => {
    const host = aws({ idleMs: 100 });
    for (let job = 0; job < 5; job++) {
      await host.busy(true);
      await host.busy(false);
    }
    await until(() => calls.length === 2);
    expect(calls.map((call) => Object.fromEntries(call))).toMatchObject([
      { Action: 'SetInstanceProtection', 'InstanceIds.member.1': 'i-1', ProtectedFromScaleIn: 'true' },
      { Action: 'SetInstanceProtection', AutoScalingGroupName: GROUP, ProtectedFromScaleIn: 'false' },
    ]);
  });

  it('on AWS says that it drains, and that it has', async () => {
    const host = aws();
    await host.stillDraining();
    await host.drained();
    const common = { AutoScalingGroupName: GROUP, LifecycleHookName: HOOK, InstanceId: 'i-1' };
    expect(calls.map((call) => Object.fromEntries(call))).toMatchObject([
      { Action: 'RecordLifecycleActionHeartbeat', ...common },
      { Action: 'CompleteLifecycleAction', ...common, LifecycleActionResult: 'CONTINUE' },
    ]);
  });

  it('on AWS goes on without the services, and says so', async () => {
    const host = awsHost({
      metadata: awsMetadata('http://127.0.0.1:1'),
      autoScalingGroup: GROUP,
      lifecycleHook: HOOK,
      client: { endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } },
      log,
    });
    await host.busy(true);
    await host.drained();
    expect(logged).toEqual(['setting the scale-in protection failed', 'completing the lifecycle action failed']);
  });

  it('on GCP goes when it is preempted, and waits for that without asking again', async () => {
    const leaving = gcpHost({ endpoint, log }).leaving(new AbortController().signal);
    await until(() => waiting.length === 1);
    preempted = 'TRUE';
    waiting[0]!();
    expect(await leaving).toBe('preemption');
  });
});
