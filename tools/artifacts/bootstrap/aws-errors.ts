import { Failure } from '../../failure';

/** What a call was about, for the words of its failure. */
export interface S3Call {
  readonly bucket: string;
  readonly key?: string;
  /** Action that the caller's policies must allow, such as `s3:PutObject`. */
  readonly permission: string;
}

interface SdkError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const NO_CREDENTIALS = ['CredentialsProviderError', 'TokenProviderError'];
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'];
const NOT_VALID = [
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
];
const UNREACHABLE = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH'];

/** HTTP status that the service answered with, if it did. */
export const statusOf = (error: unknown): number | undefined => (error as SdkError).$metadata?.httpStatusCode;

/** Name of the service's error, such as `NoSuchUpload`. */
export const nameOf = (error: unknown): string => (error as Error).name;

/** Makes a call to S3; what goes wrong becomes one line that says what to do. */
export async function telling<T>(call: S3Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explained(error as SdkError, call);
  }
}

function explained(error: SdkError, { bucket, key, permission }: S3Call): Error {
  if (error instanceof Failure || error.name === 'AbortError') return error;
  const credentials = credentialsFailure(error);
  if (credentials) return credentials;
  const url = `s3://${bucket}${key === undefined ? '' : `/${key}`}`;
  const words = wordsOf(error);
  if (error.name === 'NoSuchBucket') {
    return new Failure(`s3://${bucket}: there is no such bucket: \`./sandpiper bootstrap aws\` makes it`);
  }
  if (statusOf(error) === 301) {
    return new Failure(`s3://${bucket}: lies in another region: delete it there, or give the --region that it is in`);
  }
  if (statusOf(error) === 403) {
    return new Failure(`${url}: access denied: needs ${permission}, and the bucket must be this account's (${words})`);
  }
  if (error.name === 'TimeoutError' || UNREACHABLE.includes(error.code ?? '')) {
    return new Failure(`${url}: S3 cannot be reached: ${words}`);
  }
  // A HEAD has no body that could say so: S3 answers it with a bare 400 when the session has expired.
  const hint = statusOf(error) === 400 ? '; if the credentials are of a session, it may have expired' : '';
  return new Failure(`${url}: S3 refused ${permission}: ${words}${hint}`);
}

/** Credentials that are missing, expired or wrong, told as what to do; undefined when it is something else. */
export function credentialsFailure(error: Error): Failure | undefined {
  const { name } = error;
  if (NO_CREDENTIALS.includes(name)) {
    return new Failure(
      `no AWS credentials: \`aws sso login\` or \`aws configure\`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (${wordsOf(error)})`,
    );
  }
  if (EXPIRED.includes(name)) {
    return new Failure('the AWS credentials have expired: sign in again (`aws sso login`, or a new session token)');
  }
  if (NOT_VALID.includes(name)) return new Failure(`the AWS credentials are not valid: ${wordsOf(error)}`);
  return undefined;
}

/** An answer to a HEAD has no words, only a status. */
function wordsOf(error: SdkError): string {
  const { name, message, code } = error;
  const words = (message || code || '').replace(/\s+/g, ' ').trim();
  const known = [name, words].filter((word) => !['', 'Unknown', 'UnknownError'].includes(word));
  return [...new Set(known)].join(': ') || `status ${statusOf(error)}`;
}
