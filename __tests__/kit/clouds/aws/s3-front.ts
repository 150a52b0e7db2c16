import { createHash } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../../machines/http-exchange';

/** A request as S3 sees it. */
export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly bytes: number;
}

/** An error as S3 writes it. */
export interface S3Error {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}

/**
 * S3 before moto, which lacks what is answered here (all by the Amazon S3 API Reference): sums of bodies are checked (`BadDigest`), parts
 * are listed with theirs, `x-amz-expected-bucket-owner` is heeded, and bucket policies are kept but not applied, since moto 5.2 applies
 * their statements without their conditions. What moto can, moto answers.
 */
export interface S3Front {
  readonly endpoint: string;
  readonly requests: readonly S3Request[];
  /** Accounts that own buckets. @default moto's own account */
  readonly owners: Map<string, string>;
  /** Says what to refuse. @default nothing */
  refuse: (request: S3Request) => S3Error | undefined;
  /** Whether listed parts have their SHA-256, as S3's have and moto's have not. @default true */
  listsSums: boolean;
  /** Lets so many parts pass; later ones are never answered. @returns when those are stored and a later one has come */
  holdAfter(parts: number): Promise<void>;
  /** Answers everything again. */
  release(): void;
  /** Forgets the requests so far. */
  forget(): void;
  stop(): Promise<void>;
}

const ACCOUNT = '123456789012';

/** Parts that were sent. */
export function partsOf(front: S3Front, key: string): readonly S3Request[] {
  return front.requests.filter((request) => isPart(request) && request.key === key);
}

const isPart = ({ method, query }: S3Request) => method === 'PUT' && query.has('partNumber');

export async function startS3Front(motoPort: number): Promise<S3Front> {
  const requests: S3Request[] = [];
  const owners = new Map<string, string>();
  const policies = new Map<string, string>();
  const sums = new Map<string, string>();
  let hold: { passing: number; answered: number; parts: number; isReached: boolean; reached: () => void } | undefined;
  const tellHeld = () => {
    if (hold?.isReached && hold.answered === hold.parts) hold.reached();
  };
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const server = http.createServer((incoming, response) => {
    void (async () => {
      const body = await readBody(incoming);
      const url = new URL(incoming.url ?? '/', 'http://s3');
      const [bucket = '', ...rest] = url.pathname.slice(1).split('/');
      const key = decodeURIComponent(rest.join('/'));
      const { method = '' } = incoming;
      const request: S3Request = { method, bucket, key, query: url.searchParams, bytes: body.length };
      const isS3 = bucket !== '';
      if (isS3) requests.push(request);
      const header = (name: string) => incoming.headers[name] as string | undefined;
      const error = ({ status, code, message = code }: S3Error) => {
        const inXml = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
        // S3 alone writes it without a frame.
        const text = method === 'HEAD' ? '' : isS3 ? inXml : `<ErrorResponse>${inXml}</ErrorResponse>`;
        response.writeHead(status, { 'content-type': 'application/xml' }).end(text);
      };
      const owner = owners.get(bucket) ?? ACCOUNT;
      const expected = header('x-amz-expected-bucket-owner') ?? owner;
      if (expected !== owner) return error({ status: 403, code: 'AccessDenied', message: 'Access Denied' });
      const refused = front.refuse(request);
      if (refused) return error(refused);
      const held = isPart(request) ? hold : undefined;
      if (held && held.passing-- <= 0) {
        held.isReached = true;
        return tellHeld();
      }
      if (held) {
        response.once('close', () => {
          held.answered++;
          tellHeld();
        });
      }
      const sum = header('x-amz-checksum-sha256');
      const actual = createHash('sha256').update(body).digest('base64');
      if (isS3 && body.length > 0 && sum !== undefined && sum !== actual) {
        return error({ status: 400, code: 'BadDigest' });
      }
      const partOf = (number: string | null) => `${url.searchParams.get('uploadId')}/${number}`;
      if (isPart(request) && sum) sums.set(partOf(url.searchParams.get('partNumber')), sum);
      if (isS3 && url.searchParams.has('policy')) {
        const policy = policies.get(bucket);
        if (method === 'PUT') policies.set(bucket, body.toString());
        if (method === 'PUT') return response.writeHead(204).end();
        if (policy === undefined) return error({ status: 404, code: 'NoSuchBucketPolicy' });
        return response.writeHead(200, { 'content-type': 'application/json' }).end(policy);
      }
      const listsParts = method === 'GET' && url.searchParams.has('uploadId');
      forward(incoming, body, response, (text) =>
        listsParts && front.listsSums
          ? text.replace(/<PartNumber>(\d+)<\/PartNumber>/g, (number: string, digits: string) => {
              const known = sums.get(partOf(digits));
              return known === undefined ? number : `${number}<ChecksumSHA256>${known}</ChecksumSHA256>`;
            })
          : text,
      );
      // The client has gone.
    })().catch(() => response.destroy());
  });
  const forward = (
    incoming: http.IncomingMessage,
    body: Buffer,
    response: http.ServerResponse,
    edit: (text: string) => string,
  ) => {
    const { method, url: path, headers } = incoming;
    const passed = http.request({ host: '127.0.0.1', port: motoPort, method, path, headers, agent }, (answer) => {
      void readBody(answer).then((content) => {
        const isText = /xml/.test(answer.headers['content-type'] ?? '');
        const edited = isText ? Buffer.from(edit(content.toString())) : content;
        const { 'transfer-encoding': _chunked, ...kept } = answer.headers;
        const length = method === 'HEAD' ? kept['content-length'] : String(edited.length);
        response.writeHead(answer.statusCode ?? 502, { ...kept, 'content-length': length }).end(edited);
      });
    });
    passed.on('error', (error) => response.writeHead(502).end(String(error)));
    passed.end(body);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const front: S3Front = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    owners,
    refuse: () => undefined,
    listsSums: true,
    holdAfter: (parts) => {
      return new Promise((reached) => {
        hold = { passing: parts, answered: 0, parts, isReached: false, reached };
      });
    },
    release: () => (hold = undefined),
    forget: () => requests.splice(0),
    stop: async () => {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}
