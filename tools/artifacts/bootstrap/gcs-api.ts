import { GoogleAuth } from 'google-auth-library';
import { Failure } from '../../failure';
import { withBackoff } from '../../../services/program/retry';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** A call without a body of the caller's, and one that carries a chunk, are given up after so long. */
const CALL_MS = 60_000;
const LONGEST_CALL_MS = 300_000;

/** One call to Cloud Storage. */
export interface GcsCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below the endpoint, or the whole URL of an upload session, which needs no token. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | object;
  /** For the words of its failure. */
  readonly bucket: string;
  readonly key?: string;
  /** IAM permission that it needs. */
  readonly permission: string;
  /** Statuses besides 2xx that are answers and no failures. */
  readonly answers?: readonly number[];
  readonly signal?: AbortSignal;
}

export interface GcsAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

/** Cloud Storage's JSON API. */
export interface Gcs {
  /** Tried again while it fails in a way that passes. @throws Failure telling what to do */
  call(call: GcsCall): Promise<GcsAnswer>;
  /** The same, once. @throws PassingFailure when another try may do */
  callOnce(call: GcsCall): Promise<GcsAnswer>;
}

/** A failure that may be gone at the next try: a lost connection, 408, 429, 5xx (Cloud Storage, "Retry strategy"). */
export class PassingFailure extends Failure {}

/**
 * Opens the API with the application default credentials, or, where `STORAGE_EMULATOR_HOST` names an emulator, that one without any,
 * as Google's own libraries do.
 */
export function openGcs(options: { readonly endpoint?: string } = {}): Gcs {
  const emulator = options.endpoint === undefined ? process.env.STORAGE_EMULATOR_HOST : undefined;
  const endpoint = options.endpoint ?? (emulator ? withScheme(emulator) : 'https://storage.googleapis.com');
  const auth = new GoogleAuth({ scopes: SCOPE });
  const authorization = async (): Promise<Headers> => {
    try {
      return emulator ? new Headers() : await auth.getRequestHeaders();
    } catch (error) {
      throw noCredentials(error as Error);
    }
  };
  const callOnce = async (call: GcsCall): Promise<GcsAnswer> => {
    const isSession = /^https?:/.test(call.url);
    const headers = isSession ? new Headers() : await authorization();
    const isBytes = call.body instanceof Uint8Array;
    if (call.body !== undefined && !isBytes) headers.set('content-type', 'application/json; charset=UTF-8');
    for (const [name, value] of Object.entries(call.headers ?? {})) headers.set(name, value);
    const timeout = AbortSignal.timeout(isBytes ? LONGEST_CALL_MS : CALL_MS);
    let response: Response;
    let text: string;
    try {
      response = await fetch(isSession ? call.url : endpoint + call.url, {
        method: call.method,
        headers,
        body: isBytes ? (call.body as Uint8Array<ArrayBuffer>) : call.body && JSON.stringify(call.body),
        // 308 means "go on" here, and leads nowhere.
        redirect: 'manual',
        signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
      });
      text = await response.text();
    } catch (error) {
      call.signal?.throwIfAborted();
      throw new PassingFailure(`${urlOf(call)}: Cloud Storage cannot be reached: ${reasonOf(error as Error)}`);
    }
    const { status } = response;
    if (response.ok || call.answers?.includes(status)) return { status, headers: response.headers, json: parsed(text) };
    throw explained(call, status, text);
  };
  return {
    callOnce,
    call: (call) =>
      withBackoff(() => callOnce(call), { passes: (error) => error instanceof PassingFailure, signal: call.signal }),
  };
}

function withScheme(host: string): string {
  return (/^https?:\/\//.test(host) ? host : `http://${host}`).replace(/\/+$/, '');
}

const urlOf = ({ bucket, key }: GcsCall): string => `gs://${bucket}${key === undefined ? '' : `/${key}`}`;

function explained(call: GcsCall, status: number, text: string): Failure {
  const words = wordsOf(text) ?? `status ${status}`;
  if (status === 401) return new Failure(`the Google credentials have expired or are not valid: ${SIGN_IN} (${words})`);
  if (status === 403) return new Failure(`${urlOf(call)}: access denied: needs ${call.permission} (${words})`);
  if (status === 404) {
    return new Failure(`gs://${call.bucket}: there is no such bucket: \`./sandpiper bootstrap gcp\` makes it`);
  }
  const message = `${urlOf(call)}: Cloud Storage refused: ${words}`;
  return status === 408 || status === 429 || status >= 500 ? new PassingFailure(message) : new Failure(message);
}

function wordsOf(text: string): string | undefined {
  const { error } = (parsed(text) ?? {}) as { readonly error?: { readonly message?: string } };
  return error?.message?.replace(/\s+/g, ' ').trim();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const SIGN_IN = 'run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS';

/** Words of google-auth-library and of Google's token server for a sign-in that has run out. */
const EXPIRED = /invalid_grant|invalid_rapt|reauth|expired/i;

function noCredentials(error: Error): Failure {
  const what = EXPIRED.test(error.message) ? 'the Google credentials have expired' : 'no Google credentials';
  return new Failure(`${what}: ${SIGN_IN} (${error.message.replace(/\s+/g, ' ').trim()})`);
}

/** fetch hides the reason of a failed connection in the cause of its error. */
function reasonOf(error: Error): string {
  const { cause } = error as { readonly cause?: { readonly code?: string; readonly message?: string } };
  return cause?.code ?? cause?.message ?? error.message;
}
