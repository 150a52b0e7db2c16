import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a call is answered with; undefined: moto answers it. */
export type Answer = (parameters: URLSearchParams, json: Record<string, any>) => FrontAnswer | undefined;

export interface FrontAnswer {
  readonly status?: number;
  /** A text is XML. */
  readonly body: string | object;
}

/** An HTTP front of moto that answers some calls itself, by their API's name, and passes all others on. */
export interface AnsweringFront {
  readonly endpoint: string;
  /** By action, such as `SimulatePrincipalPolicy`. A test may change them. */
  answers: Record<string, Answer>;
  /** Actions that came, and methods with paths of REST APIs. */
  readonly calls: string[];
  stop(): Promise<void>;
}

/** An error as the Query APIs (IAM, STS, EC2) write it. */
export function queryError(code: string, message: string, status = 403): FrontAnswer {
  return {
    status,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  };
}

/** Starts the front on a free loopback port. */
export async function startAnsweringFront(motoPort: number): Promise<AnsweringFront> {
  const front = { answers: {} as Record<string, Answer>, calls: [] as string[] };
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const text = body.toString('utf8');
      const target = String(request.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1);
      const parameters = new URLSearchParams(target ? '' : text);
      const action = target || parameters.get('Action');
      front.calls.push(action ?? `${request.method} ${request.url}`);
      const answer = front.answers[action ?? '']?.(parameters, target ? (JSON.parse(text) as Record<string, any>) : {});
      if (answer !== undefined) {
        const isXml = typeof answer.body === 'string';
        response
          .writeHead(answer.status ?? 200, { 'content-type': isXml ? 'text/xml' : 'application/x-amz-json-1.1' })
          .end(isXml ? answer.body : JSON.stringify(answer.body));
        return;
      }
      const passed = http.request(
        {
          host: '127.0.0.1',
          port: motoPort,
          method: request.method,
          path: request.url,
          agent,
          headers: request.headers,
        },
        (from) => {
          response.writeHead(from.statusCode ?? 502, from.headers);
          from.pipe(response);
        },
      );
      passed.on('error', (error) => response.writeHead(502).end(String(error)));
      passed.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(front, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
