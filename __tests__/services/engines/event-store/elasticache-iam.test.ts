import { elastiCacheIamCredentials } from '../../../../services/engines/event-store/redis/elasticache-iam';

const SIGNED_AT = Date.parse('2026-11-24T01:06:46Z');
const credentials = async () => ({
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'token/with+signs==',
});
const source = (isServerless: boolean) =>
  elastiCacheIamCredentials({
    user: 'runner',
    cache: 'playground-events',
    isServerless,
    region: 'eu-central-1',
    credentials,
    now: () => SIGNED_AT,
  });

describe('IAM tokens for ElastiCache', () => {
  // Signatures by botocore 1.43.11 (RequestSigner.generate_presigned_url) of the same request, identity and time.
  it.each([
    [false, '547bdd9786dd67ed2f8c91c68713b4c4b79c7995300f522ad2d7d7813ee7d2d7'],
    [true, 'db0cab70986a57a42b7bace447ab4c0c880dc1ec385dd20fbd406d59c8f5d293'],
  ])('are signed as the AWS SDK for Python signs them (serverless: %s)', async (isServerless, signature) => {
    const { username, password, expiresAtMs } = await source(isServerless)();
    const url = new URL(`http://${password}`);
    expect(username).toBe('runner');
    expect(url.host).toBe('playground-events');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      Action: 'connect',
      User: 'runner',
      ...(isServerless ? { ResourceType: 'ServerlessCache' } : {}),
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIDEXAMPLE/20261124/eu-central-1/elasticache/aws4_request',
      'X-Amz-Date': '20261124T010646Z',
      'X-Amz-Expires': '900',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Security-Token': 'token/with+signs==',
      'X-Amz-Signature': signature,
    });
    expect(expiresAtMs).toBe(SIGNED_AT + 900_000);
  });

  it('need a region', () => {
    const before = { ...process.env };
    delete process.env.AWS_REGION;
    delete process.env.AWS_DEFAULT_REGION;
    try {
      expect(() => elastiCacheIamCredentials({ user: 'u', cache: 'c', isServerless: false, credentials })).toThrow(
        'AWS_REGION: is not set',
      );
    } finally {
      process.env = before;
    }
  });
});
