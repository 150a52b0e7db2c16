import * as crypto from 'node:crypto';
import type * as http from 'node:http';

/** The keys that a request may be signed with. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * What AWS would refuse a request for; undefined when its signature is right. Signature version 4 as "Create a signed AWS API
 * request" (IAM User Guide) says: moto checks none.
 */
export function signatureFault(request: http.IncomingMessage, body: Buffer, keys: AwsKeys): string | undefined {
  const header = (name: string) => String(request.headers[name] ?? '');
  const parts = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    header('authorization'),
  );
  if (parts === null) return 'no signature of version 4';
  const [, credential = '', signedHeaders = '', signature = ''] = parts;
  const [accessKeyId, date = '', region = '', service = '', terminator] = credential.split('/');
  if (accessKeyId !== keys.accessKeyId) return 'unknown access key';
  if (header('x-amz-security-token') !== keys.sessionToken) return 'wrong session token';
  if (terminator !== 'aws4_request' || !header('x-amz-date').startsWith(date)) return 'wrong credential scope';
  const names = signedHeaders.split(';');
  const mustBeSigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') || name === 'host');
  const unsigned = mustBeSigned.filter((name) => !names.includes(name));
  if (unsigned.length > 0) return `headers are not signed: ${unsigned.join(', ')}`;
  const bodyHash = sha256(body);
  const claimed = header('x-amz-content-sha256');
  if (service === 's3' && claimed === '') return 'x-amz-content-sha256 is missing';
  if (claimed !== '' && claimed !== 'UNSIGNED-PAYLOAD' && claimed !== bodyHash) return 'wrong x-amz-content-sha256';
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const canonicalQuery = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
  const canonical = [
    request.method,
    service === 's3' ? path : path.split('/').map(encodeURIComponent).join('/'),
    canonicalQuery,
    ...names.map((name) => `${name}:${header(name).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    claimed === '' ? bodyHash : claimed,
  ].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    header('x-amz-date'),
    `${date}/${region}/${service}/aws4_request`,
    sha256(canonical),
  ];
  const key = [date, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${keys.secretAccessKey}`);
  return hmac(key, text.join('\n')).toString('hex') === signature ? undefined : 'the signature does not match';
}

/**
 * What ElastiCache would refuse a login for; undefined when its token is right: a presigned request to connect, without its `http://`
 * ("Authenticating with IAM", ElastiCache User Guide; "Authenticating Requests: Using Query Parameters", Signature Version 4).
 */
export function elastiCacheTokenFault(
  token: string,
  expected: { readonly keys: AwsKeys; readonly cache: string; readonly user: string; readonly region: string },
): string | undefined {
  const { keys, cache, user, region } = expected;
  const [host = '', query = ''] = token.split('/?');
  if (host !== cache) return `the token is for ${host}`;
  const parameters = new URLSearchParams(query);
  const value = (name: string) => parameters.get(name) ?? '';
  if (value('Action') !== 'connect' || value('User') !== user) return 'the token is for another user or action';
  const date = value('X-Amz-Date');
  const scope = `${date.slice(0, 8)}/${region}/elasticache/aws4_request`;
  if (value('X-Amz-Credential') !== `${keys.accessKeyId}/${scope}`) return 'wrong credential scope';
  if (value('X-Amz-Security-Token') !== keys.sessionToken) return 'wrong session token';
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const lifetime = Number(value('X-Amz-Expires'));
  if (!(lifetime > 0 && lifetime <= 900) || !(Date.now() <= signedAt + lifetime * 1000)) return 'the token has expired';
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const canonicalQuery = [...parameters]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, text]) => `${encode(name)}=${encode(text)}`)
    .sort()
    .join('&');
  const canonical = ['GET', '/', canonicalQuery, `host:${cache}`, '', 'host', sha256('')].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<Buffer | string>(hmac, `AWS4${keys.secretAccessKey}`);
  return hmac(key, text).toString('hex') === value('X-Amz-Signature') ? undefined : 'the signature does not match';
}

function sha256(data: Buffer | string): string {
  return crypto.createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer | string, data: string): Buffer {
  return crypto.createHmac('sha256', key).update(data).digest();
}
