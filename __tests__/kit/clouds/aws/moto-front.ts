import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ApiError, ApiModel } from './api-model';
import { AutoScaling, type InstanceRefresh, type LifecycleCall } from './auto-scaling';
import { ElastiCache } from './elasticache';
import { ElastiCacheAccount, type Actions } from './elasticache-account';
import { QueueAttributes } from './queue-attributes';

/** What the front answers in moto's place, and why. Everything else is moto's own answer. */
export const MOTO_LACKS: readonly { readonly service: string; readonly actions: string; readonly reason: string }[] = [
  {
    service: 'autoscaling',
    actions: 'of instance refreshes, lifecycle hooks and lifecycle actions',
    reason: 'moto 5.2 has no instance refresh and no lifecycle action, and says of each hook what nobody set',
  },
  {
    service: 'elasticache',
    actions: 'all',
    reason:
      'moto 5.2 has no user group, ModifyReplicationGroup or DeleteCacheSubnetGroup, and never ends the deletion of a replication group',
  },
  {
    service: 'sqs',
    actions: 'policies in SetQueueAttributes and GetQueueAttributes; the URL of a queue',
    reason:
      'moto 5.2 has no RedriveAllowPolicy, writes a redrive policy anew, forgets a policy when another attribute is set, and names a queue by the address of the call',
  },
];

/** An HTTP front of moto that answers the calls moto lacks and passes all others on. */
export interface MotoFront {
  readonly endpoint: string;
  /** Instance refreshes that were asked for, oldest first. */
  readonly instanceRefreshes: readonly InstanceRefresh[];
  /** What machines said of their lifecycle actions, oldest first. */
  readonly lifecycleCalls: readonly LifecycleCall[];
  stop(): Promise<void>;
}

/** moto's own account. */
const ACCOUNT = '123456789012';
/** Who signs for which service: `Credential=<key>/<date>/<region>/<service>/aws4_request`. */
const SCOPE = /Credential=[^/]+\/\d+\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request/;
const SQS_TARGET = /^AmazonSQS\.(?<action>\w+)$/;

/** A service of the query protocol that the front answers for: all of its actions, or those that it has. */
interface Service {
  readonly model: ApiModel;
  readonly actions: Actions;
  readonly all: boolean;
}

interface Answer {
  readonly status: number;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Buffer | string;
}

/** Starts the front on a free loopback port. */
export async function startMotoFront(motoPort: number): Promise<MotoFront> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const autoScaling = new AutoScaling();
  const queues = new QueueAttributes();
  const elastiCaches = new Map<string, ElastiCache>();
  const clients: EC2Client[] = [];
  const clientOf = (region: string) => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = new EC2Client({ endpoint: `http://127.0.0.1:${motoPort}`, region, credentials });
    clients.push(client);
    return client;
  };
  const models = {
    autoscaling: ApiModel.load('autoscaling/2011-01-01'),
    elasticache: ApiModel.load('elasticache/2015-02-02'),
  };
  const actionsOf = (service: string, region: string): Service | undefined => {
    if (service === 'autoscaling') return { model: models.autoscaling, actions: autoScaling.actions, all: false };
    if (service !== 'elasticache') return undefined;
    const here = elastiCaches.get(region) ?? elastiCacheOf(region, clientOf(region));
    elastiCaches.set(region, here);
    return { model: models.elasticache, actions: here.actions, all: true };
  };

  const answer = async (request: http.IncomingMessage, body: Buffer): Promise<Answer> => {
    const { region = '', service = '' } = SCOPE.exec(request.headers.authorization ?? '')?.groups ?? {};
    const { action } = SQS_TARGET.exec(String(request.headers['x-amz-target']))?.groups ?? {};
    if (action !== undefined) {
      const call = JSON.parse(body.toString('utf8')) as Record<string, any>;
      const asked = Buffer.from(JSON.stringify(queues.asked(action, call)));
      const passed = await pass(request, asked, motoPort, agent);
      if (passed.status !== 200 || passed.body.length === 0) return passed;
      const told = JSON.parse(passed.body.toString('utf8')) as Record<string, any>;
      return { ...passed, body: JSON.stringify(queues.answered(action, call, told, region)) };
    }
    const known = actionsOf(service, region);
    const parameters = new URLSearchParams(known === undefined ? '' : body.toString('utf8'));
    const name = parameters.get('Action') ?? '';
    if (known === undefined || !(known.all || name in known.actions)) return pass(request, body, motoPort, agent);
    return answerFrom(known.model, known.actions, name, parameters);
  };

  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      answer(request, Buffer.concat(chunks)).then(
        ({ status, headers, body }) => {
          const { 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = headers;
          response.writeHead(status, { ...kept, ...(request.method === 'HEAD' ? { 'content-length': _length } : {}) });
          response.end(body);
        },
        (error: unknown) => response.writeHead(502).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    instanceRefreshes: autoScaling.refreshes,
    lifecycleCalls: autoScaling.lifecycleCalls,
    stop: async () => {
      server.closeAllConnections();
      agent.destroy();
      clients.forEach((client) => client.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answerFrom(
  model: ApiModel,
  actions: Actions,
  name: string,
  parameters: URLSearchParams,
): Promise<Answer> {
  const headers = { 'content-type': 'text/xml' };
  try {
    const action = actions[name];
    if (action === undefined) throw new ApiError('InvalidAction', `the front of moto has no ${name}`);
    const result = await action(model.readCall(name, parameters));
    return { status: 200, headers, body: model.writeAnswer(name, result) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, body } = model.writeError(name, error);
    return { status, headers, body };
  }
}

function elastiCacheOf(region: string, ec2: EC2Client): ElastiCache {
  return new ElastiCache(new ElastiCacheAccount(region, ACCOUNT), async (ids) => {
    const { Subnets = [] } = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: [...ids] }] }),
    );
    return Subnets.map(({ SubnetId = '', VpcId = '', AvailabilityZone = '' }) => ({
      id: SubnetId,
      vpcId: VpcId,
      zone: AvailabilityZone,
    }));
  });
}

/** moto's own answer. */
function pass(
  request: http.IncomingMessage,
  body: Buffer,
  port: number,
  agent: http.Agent,
): Promise<Answer & { readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _encoding, ...headers } = request.headers;
    const passed = http.request(
      {
        ...{ host: '127.0.0.1', port, method: request.method, path: request.url, agent },
        headers: { ...headers, 'content-length': body.length },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    passed.on('error', reject);
    passed.end(body);
  });
}
