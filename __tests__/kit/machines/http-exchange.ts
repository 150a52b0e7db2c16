import * as http from 'node:http';

export async function readBody(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function reply(response: http.ServerResponse, status: number, body: string | object = ''): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
  response.end(isText ? body : JSON.stringify(body));
}

/** Sends a request on to an HTTP server of this machine, with its `Host` as it is. */
export function forward(
  endpoint: string,
  request: http.IncomingMessage,
  body: Buffer,
  response: http.ServerResponse,
): void {
  const upstream = http.request(
    new URL(endpoint),
    { method: request.method, path: request.url, headers: { ...request.headers, connection: 'close' } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  upstream.on('error', (error) => reply(response, 502, error.message));
  upstream.end(body);
}
