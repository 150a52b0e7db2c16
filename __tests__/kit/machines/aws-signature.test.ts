import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { signatureFault, type AwsKeys } from './aws-signature';
import { readBody } from './http-exchange';

const keys: AwsKeys = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'a+secret/key', sessionToken: 'a-token' };

/** What is found wrong with a request that AWS's own SDK signed, after it was altered on its way. */
async function faultAfter(alter: (request: http.IncomingMessage) => void): Promise<string | undefined> {
  let fault: string | undefined;
  const server = http.createServer((request, response) => {
    void readBody(request).then((body) => {
      alter(request);
      fault = signatureFault(request, body, keys);
      response.end('x');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const s3 = new S3Client({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    credentials: keys,
  });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'a/key', VersionId: 'v.1_-' }));
  await Body?.transformToString();
  s3.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return fault;
}

describe('the check of AWS signatures', () => {
  it("finds nothing wrong with what AWS's SDK signs", async () => {
    expect(await faultAfter(() => undefined)).toBeUndefined();
  });

  it.each<[string, (request: http.IncomingMessage) => void, RegExp]>([
    ['another path', (request) => (request.url = '/b/another'), /does not match/],
    ['another query', (request) => (request.url = request.url?.replace('v.1', 'v.2')), /does not match/],
    ['another host', (request) => (request.headers.host = 'x'), /does not match/],
    ['another token', (request) => (request.headers['x-amz-security-token'] = 'x'), /wrong session token/],
    ['an unsigned header', (request) => (request.headers['x-amz-acl'] = 'public-read'), /not signed: x-amz-acl/],
    ['no hash of the body', (request) => delete request.headers['x-amz-content-sha256'], /not signed|missing|match/],
    ['no signature', (request) => delete request.headers.authorization, /no signature/],
  ])('refuses %s', async (_, alter, fault) => expect(await faultAfter(alter)).toMatch(fault));
});
