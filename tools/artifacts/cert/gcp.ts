import { setTimeout as wait } from 'node:timers/promises';
import { GoogleAuth } from 'google-auth-library';
import { Failure } from '../../failure';
import type { SelfSigned } from './self-signed';

/** Certificate Manager's REST API, v1. */
const ENDPOINT = 'https://certificatemanager.googleapis.com';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const POLL_MS = 500;
const LONGEST_WAIT_MS = 120_000;

interface Operation {
  readonly name: string;
  readonly done?: boolean;
  readonly error?: { readonly message: string };
}

export interface CertificateManagerOptions {
  readonly project: string;
  /** Name of the certificate, made or renewed. */
  readonly name: string;
  /** @default Google's */
  readonly endpoint?: string;
  /** @default an access token of the application default credentials */
  readonly accessToken?: () => Promise<string>;
}

/** Uploads the certificate as a self-managed one; renews it where the name is taken. Returns its id. */
export async function importIntoCertificateManager(
  made: SelfSigned,
  options: CertificateManagerOptions,
): Promise<string> {
  const { project, name, endpoint = ENDPOINT } = options;
  const token = await (options.accessToken ?? applicationDefaultToken)();
  const parent = `projects/${project}/locations/global`;
  const id = `${parent}/certificates/${name}`;
  const selfManaged = { pemCertificate: made.certificate, pemPrivateKey: made.privateKey };
  const call = async (method: string, path: string, body?: object): Promise<{ status: number; body: Operation }> => {
    const response = await fetch(`${endpoint}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Operation };
  };

  let answer = await call('POST', `${parent}/certificates?certificateId=${encodeURIComponent(name)}`, {
    labels: { application: 'sandpiper' },
    selfManaged,
  });
  if (answer.status === 409) answer = await call('PATCH', `${id}?updateMask=selfManaged`, { selfManaged });
  refuseError(answer);
  const deadline = Date.now() + LONGEST_WAIT_MS;
  while (!answer.body.done) {
    if (Date.now() > deadline)
      throw new Failure(`Certificate Manager has not finished ${answer.body.name} in two minutes`);
    await wait(POLL_MS);
    answer = await call('GET', answer.body.name);
    refuseError(answer);
  }
  return id;
}

function refuseError({ status, body }: { readonly status: number; readonly body: Operation }): void {
  if (status >= 400 || body.error) {
    throw new Failure(`Certificate Manager refused: ${body.error?.message ?? `status ${status}`}`);
  }
}

async function applicationDefaultToken(): Promise<string> {
  const token = await new GoogleAuth({ scopes: SCOPE }).getAccessToken();
  if (!token) throw new Failure('no Google credentials: run `gcloud auth application-default login`');
  return token;
}
