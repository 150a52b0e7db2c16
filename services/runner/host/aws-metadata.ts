/** The instance metadata service, version 2: sessions, so that a request that a program was tricked into gets nothing. */
export interface AwsMetadata {
  /** @returns undefined where there is no such value (404) @throws Error when the service does not answer */
  get(path: string): Promise<string | undefined>;
}

const SESSION_SECONDS = 300;
const TIMEOUT_MS = 2_000;

export function awsMetadata(endpoint = 'http://169.254.169.254'): AwsMetadata {
  let session: { readonly token: string; readonly endsAtMs: number } | undefined;
  const call = async (path: string, init: RequestInit): Promise<Response> =>
    fetch(new URL(path, endpoint), { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const tokenOf = async (): Promise<string> => {
    if (session && Date.now() < session.endsAtMs) return session.token;
    const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': String(SESSION_SECONDS) };
    const answer = await call('/latest/api/token', { method: 'PUT', headers });
    if (!answer.ok) throw new Error(`the instance metadata service gives no session: ${answer.status}`);
    session = { token: await answer.text(), endsAtMs: Date.now() + (SESSION_SECONDS / 2) * 1_000 };
    return session.token;
  };
  return {
    get: async (path) => {
      const answer = await call(`/latest/meta-data/${path}`, {
        headers: { 'x-aws-ec2-metadata-token': await tokenOf() },
      });
      const text = await answer.text();
      if (answer.status === 404) return undefined;
      // A session of before a restart of the service.
      if (answer.status === 401) session = undefined;
      if (!answer.ok) throw new Error(`the instance metadata service answers ${answer.status} to ${path}`);
      return text;
    },
  };
}
