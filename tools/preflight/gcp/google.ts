import { GoogleAuth } from 'google-auth-library';
import { CheckSkipped } from '../check';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Google's JSON APIs, of which this reads. */
export interface Google {
  /** @param api such as `compute`, in compute.googleapis.com */
  get<T>(api: string, path: string, signal: AbortSignal): Promise<T>;
  /** For questions that come with a body; never for what changes anything. */
  ask<T>(api: string, path: string, body: object, signal: AbortSignal): Promise<T>;
}

export interface GoogleOptions {
  /** Where an API answers. @default `https://<api>.googleapis.com` */
  readonly endpoint?: (api: string) => string;
  /** Headers that prove who asks. @default those of the application default credentials */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
}

/** An API refused to answer. */
export class GoogleError extends CheckSkipped {
  constructor(
    message: string,
    readonly status: number,
    /** Machine-readable, such as `SERVICE_DISABLED`. */
    readonly reason: string | undefined,
    fix?: string,
  ) {
    super(message, fix);
    this.name = 'GoogleError';
  }
}

/** The credentials could not even be turned into a token. */
export class NoCredentials extends Error {}

interface ErrorBody {
  readonly error?: {
    readonly message?: string;
    readonly status?: string;
    readonly details?: readonly { readonly reason?: string; readonly metadata?: { readonly service?: string } }[];
  };
}

/** Connects to the APIs. Nothing is asked yet. */
export function google(project: string, options: GoogleOptions = {}): Google {
  const { endpoint = (api) => `https://${api}.googleapis.com`, headers = applicationDefaultHeaders() } = options;
  const call = async <T>(api: string, path: string, init: RequestInit): Promise<T> => {
    const response = await fetch(`${endpoint(api)}/${path}`, {
      ...init,
      headers: { ...(await headers()), 'content-type': 'application/json' },
    });
    const text = await response.text();
    if (!response.ok) throw refusal(project, response.status, text);
    return JSON.parse(text) as T;
  };
  return {
    get: (api, path, signal) => call(api, path, { signal }),
    ask: (api, path, body, signal) => call(api, path, { method: 'POST', body: JSON.stringify(body), signal }),
  };
}

/** What is there, or undefined where Google says that it is not. */
export async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GoogleError && error.status === 404) return undefined;
    throw error;
  }
}

function refusal(project: string, status: number, text: string): GoogleError {
  let body: ErrorBody = {};
  try {
    body = JSON.parse(text) as ErrorBody;
  } catch {
    // A proxy's page: its status is all that can be told.
  }
  const detail = body.error?.details?.find(({ reason }) => reason !== undefined);
  const message = body.error?.message ?? `status ${status}`;
  if (detail?.reason === 'SERVICE_DISABLED') {
    const service = detail.metadata?.service ?? 'SERVICE';
    return new GoogleError(`${service} is not enabled`, status, detail.reason, enabling([service], project));
  }
  const fix = /quota project/i.test(message)
    ? `gcloud auth application-default set-quota-project ${project}`
    : undefined;
  return new GoogleError(message, status, detail?.reason ?? body.error?.status, fix);
}

/** The command that switches APIs on. */
export const enabling = (apis: readonly string[], project: string): string =>
  `gcloud services enable ${apis.join(' ')} --project ${project}`;

function applicationDefaultHeaders(): () => Promise<Readonly<Record<string, string>>> {
  const auth = new GoogleAuth({ scopes: SCOPE });
  return async () => {
    try {
      // With the quota project of the credentials, where they name one.
      const headers = await (await auth.getClient()).getRequestHeaders();
      return Object.fromEntries(headers);
    } catch (error) {
      throw new NoCredentials((error as Error).message, { cause: error });
    }
  };
}
