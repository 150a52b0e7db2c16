import { randomUUID } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP front of moto that answers the calls moto lacks and passes all others on. */
export interface MotoFront {
  readonly endpoint: string;
  /** Instance refreshes that were asked for, oldest first. */
  readonly instanceRefreshes: readonly {
    readonly group: string;
    readonly parameters: Readonly<Record<string, string>>;
  }[];
  stop(): Promise<void>;
}

interface Answer {
  /** Why moto cannot answer it. */
  readonly reason: string;
  /** XML of the answer, by the service's published API model. */
  readonly answer: (parameters: URLSearchParams) => string;
}

const AUTO_SCALING = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';

/** Starts the front on a free loopback port. */
export async function startMotoFront(motoPort: number): Promise<MotoFront> {
  const instanceRefreshes: { group: string; id: string; parameters: Record<string, string> }[] = [];
  const autoScaling = (action: string, result: string) =>
    `<${action}Response xmlns="${AUTO_SCALING}"><${action}Result>${result}</${action}Result>` +
    `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`;
  const answers: Readonly<Record<string, Answer>> = {
    StartInstanceRefresh: {
      reason: 'moto 5.2 has no instance refresh',
      answer: (parameters) => {
        const id = randomUUID();
        const group = parameters.get('AutoScalingGroupName') ?? '';
        instanceRefreshes.push({ group, id, parameters: Object.fromEntries(parameters) });
        return autoScaling('StartInstanceRefresh', `<InstanceRefreshId>${id}</InstanceRefreshId>`);
      },
    },
    DescribeInstanceRefreshes: {
      reason: 'moto 5.2 has no instance refresh',
      answer: (parameters) => {
        const members = instanceRefreshes
          .filter(({ group }) => group === parameters.get('AutoScalingGroupName'))
          .map(
            ({ group, id }) =>
              `<member><InstanceRefreshId>${id}</InstanceRefreshId><AutoScalingGroupName>${group}</AutoScalingGroupName>` +
              '<Status>Successful</Status><PercentageComplete>100</PercentageComplete></member>',
          );
        return autoScaling('DescribeInstanceRefreshes', `<InstanceRefreshes>${members.join('')}</InstanceRefreshes>`);
      },
    },
  };
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const isForm = /^application\/x-www-form-urlencoded/.test(request.headers['content-type'] ?? '');
      const parameters = new URLSearchParams(isForm ? body.toString('utf8') : '');
      const known = answers[parameters.get('Action') ?? ''];
      if (known !== undefined) {
        response.writeHead(200, { 'content-type': 'text/xml' }).end(known.answer(parameters));
        return;
      }
      const { host: _host, 'transfer-encoding': _encoding, ...headers } = request.headers;
      const passed = http.request(
        {
          host: '127.0.0.1',
          port: motoPort,
          method: request.method,
          path: request.url,
          agent,
          headers: { ...headers, host: request.headers.host, 'content-length': body.length },
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      passed.on('error', (error) => response.writeHead(502).end(String(error)));
      passed.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    instanceRefreshes,
    stop: async () => {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
