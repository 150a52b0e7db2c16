import { createHash } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { forward, readBody, reply } from '../../machines/http-exchange';
import type { FakeGcs } from '../../machines/fake-gcs';

/** A request as Cloud Storage sees it. */
export interface GcsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** `Content-Range` of a chunk. */
  readonly range?: string;
  readonly bytes: number;
}

/** A bucket as the JSON API writes it. */
export interface BucketResource {
  readonly name: string;
  readonly projectNumber: string;
  readonly metageneration: string;
  readonly [property: string]: unknown;
}

interface Session {
  readonly bucket: string;
  readonly name: string;
  readonly md5Hash?: string;
  readonly total: number;
  kept: Buffer;
  stored?: object;
}

/**
 * Cloud Storage before fake-gcs-server, which keeps the objects. What it lacks is answered here, by "Resumable uploads" and the reference
 * of the JSON API: upload sessions (fake-gcs-server 1.56 finishes an upload when it is asked how far it is) and bucket resources (it keeps
 * their name alone).
 */
export interface StorageFront {
  readonly endpoint: string;
  readonly requests: readonly GcsRequest[];
  readonly buckets: Map<string, BucketResource>;
  /** Says what to refuse. @default nothing */
  refuse: (request: GcsRequest) => { readonly status: number; readonly message: string } | undefined;
  /** Bytes of the next chunk that are kept; its connection is then cut, without an answer. @default all, and it is answered */
  cutNextChunkAfter?: number;
  /** Access token that calls must carry; sessions need none. @default - none is asked for, as by an emulator */
  token?: string;
  /** Never answers a chunk whose range begins so. @returns when one has come */
  hold(range: string): Promise<void>;
  release(): void;
  forget(): void;
  /** Ends all sessions, as a week does. */
  endSessions(): void;
  stop(): Promise<void>;
}

/** Chunks that were sent. */
export const chunksOf = (front: StorageFront): readonly GcsRequest[] => front.requests.filter(isChunk);

const isChunk = ({ method, range = '' }: GcsRequest) => method === 'PUT' && /^bytes \d/.test(range);
const CHUNK_UNIT = 256 * 1024;

export async function startStorageFront(fakeGcs: FakeGcs): Promise<StorageFront> {
  const requests: GcsRequest[] = [];
  const buckets = new Map<string, BucketResource>();
  const sessions = new Map<string, Session>();
  let hold: { range: string; reached: () => void } | undefined;

  const server = http.createServer((incoming, response) => {
    void answer(incoming, response).catch(() => response.destroy());
  });
  const answer = async (incoming: http.IncomingMessage, response: http.ServerResponse) => {
    const body = await readBody(incoming);
    const url = new URL(incoming.url ?? '/', 'http://storage');
    const { method = '', headers } = incoming;
    const range = headers['content-range'];
    const request = { method, path: url.pathname, query: url.searchParams, range, bytes: body.length };
    requests.push(request);
    const refuse = (code: number, message: string) => reply(response, code, { error: { code, message } });
    const session = sessions.get(url.searchParams.get('upload_id') ?? '');
    const isOfSession = url.searchParams.has('upload_id');
    if (!isOfSession && front.token !== undefined && headers.authorization !== `Bearer ${front.token}`) {
      return refuse(401, 'Invalid Credentials');
    }
    const refused = front.refuse(request);
    if (refused) return refuse(refused.status, refused.message);
    if (hold && range?.startsWith(hold.range)) return hold.reached();
    if (isOfSession) return session ? chunk(session, range ?? '', body, response) : refuse(404, 'Not Found');

    const json = (): Record<string, unknown> => JSON.parse(body.toString()) as Record<string, unknown>;
    const [, bucketName, rest] = /^(?:\/upload)?\/storage\/v1\/b(?:\/([^/]+)(\/.*)?)?$/.exec(url.pathname) ?? [];
    if (bucketName === undefined) return bucketsOf(url.searchParams, method, json, response);
    const bucket = buckets.get(bucketName);
    if (bucket === undefined) return refuse(404, 'The specified bucket does not exist.');
    if (rest === undefined) return oneBucket(bucket, url.searchParams, method, json, response);
    if (url.searchParams.get('uploadType') === 'resumable') {
      const id = `session-${sessions.size + 1}-of-${process.pid}`;
      const total = Number(headers['x-upload-content-length']);
      const { md5Hash } = json() as { md5Hash?: string };
      sessions.set(id, {
        bucket: bucketName,
        name: url.searchParams.get('name')!,
        md5Hash,
        total,
        kept: Buffer.alloc(0),
      });
      response.setHeader('location', `${front.endpoint}${url.pathname}?uploadType=resumable&upload_id=${id}`);
      return reply(response, 200);
    }
    return forward(fakeGcs.endpoint, incoming, body, response);
  };

  const bucketsOf = async (
    query: URLSearchParams,
    method: string,
    json: () => Record<string, unknown>,
    response: http.ServerResponse,
  ) => {
    const projectNumber = numberOf(query.get('project') ?? '');
    if (method === 'GET') {
      const prefix = query.get('prefix') ?? '';
      const own = [...buckets.values()].filter((one) => one.projectNumber === projectNumber);
      return reply(response, 200, { items: own.filter(({ name }) => name.startsWith(prefix)) });
    }
    const wanted = json();
    const name = String(wanted.name);
    if (buckets.has(name)) {
      const message = 'The requested bucket name is not available.';
      return reply(response, 409, { error: { code: 409, message } });
    }
    await fakeGcs.createBucket(name);
    buckets.set(name, { ...wanted, name, projectNumber, metageneration: '1' });
    return reply(response, 200, buckets.get(name));
  };

  const oneBucket = (
    bucket: BucketResource,
    query: URLSearchParams,
    method: string,
    json: () => Record<string, unknown>,
    response: http.ServerResponse,
  ) => {
    if (method !== 'PATCH') return reply(response, 200, bucket);
    if (query.get('ifMetagenerationMatch') !== bucket.metageneration) {
      return reply(response, 412, { error: { code: 412, message: 'conditionNotMet' } });
    }
    const metageneration = String(Number(bucket.metageneration) + 1);
    const patched = { ...(merged(bucket, json()) as BucketResource), metageneration };
    buckets.set(bucket.name, patched);
    return reply(response, 200, patched);
  };

  const chunk = async (session: Session, range: string, body: Buffer, response: http.ServerResponse) => {
    const [, first, last, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(range) ?? [];
    const refuse = (code: number, message: string) => reply(response, code, { error: { code, message } });
    if (Number(total) !== session.total) return refuse(400, `Invalid Content-Range ${range}`);
    if (first !== undefined && session.stored === undefined) {
      const start = Number(first);
      const isLast = Number(last) === session.total - 1;
      if (body.length !== Number(last) - start + 1) return refuse(400, 'The body is not as long as its range');
      if (start > session.kept.length) return refuse(400, `Expected ${session.kept.length}, not ${start}`);
      if (!isLast && body.length % CHUNK_UNIT !== 0) return refuse(400, 'A chunk must be a multiple of 256 KiB');
      const cut = front.cutNextChunkAfter;
      front.cutNextChunkAfter = undefined;
      session.kept = Buffer.concat([session.kept.subarray(0, start), body.subarray(0, cut)]);
      if (cut !== undefined) return response.destroy();
    }
    if (session.kept.length < session.total) {
      if (session.kept.length > 0) response.setHeader('range', `bytes=0-${session.kept.length - 1}`);
      return reply(response, 308);
    }
    const md5 = createHash('md5').update(session.kept).digest('base64');
    if (session.md5Hash !== undefined && session.md5Hash !== md5) {
      return refuse(400, `Provided MD5 hash "${session.md5Hash}" doesn't match calculated MD5 hash "${md5}".`);
    }
    if (session.stored === undefined) {
      await fakeGcs.putObject(session.bucket, session.name, session.kept);
      const name = encodeURIComponent(session.name);
      const object = await fetch(`${fakeGcs.endpoint}/storage/v1/b/${session.bucket}/o/${name}`);
      session.stored = (await object.json()) as object;
    }
    return reply(response, 200, session.stored);
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const front: StorageFront = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    buckets,
    refuse: () => undefined,
    hold: (range) => new Promise((reached) => (hold = { range, reached })),
    release: () => (hold = undefined),
    forget: () => requests.splice(0),
    endSessions: () => sessions.clear(),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}

/** A project's number, which its buckets have instead of its id. */
export function numberOf(project: string): string {
  return String(parseInt(createHash('sha256').update(project).digest('hex').slice(0, 10), 16));
}

/** A JSON merge patch (RFC 7396): null takes away. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(target as Record<string, unknown>) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}
