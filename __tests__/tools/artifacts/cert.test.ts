import { X509Certificate, createPrivateKey } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { importIntoCertificateManager } from '../../../tools/artifacts/cert/gcp';
import { selfSigned } from '../../../tools/artifacts/cert/self-signed';

describe('a self-signed certificate', () => {
  it('is for its names, for its days, and fits its key', async () => {
    const made = await selfSigned(['api.example.com', '*.example.com'], 30);
    const certificate = new X509Certificate(made.certificate);
    expect(certificate.checkHost('api.example.com')).toBeDefined();
    expect(certificate.checkHost('other.example.com')).toBeDefined();
    expect(certificate.checkHost('example.org')).toBeUndefined();
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(made.privateKey))).toBe(true);
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
  });
});

/** What Certificate Manager's REST API answers to creating, patching and waiting, and what it was asked. */
function certificateManager(options: { readonly taken?: boolean; readonly error?: string }) {
  const asked: { method: string; url: string; authorization?: string; body: Record<string, unknown> }[] = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      asked.push({
        method,
        url,
        authorization: request.headers.authorization,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      });
      const answer = (status: number, body: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (options.error) return void answer(403, { error: { code: 403, message: options.error } });
      if (method === 'POST' && options.taken)
        return void answer(409, { error: { code: 409, message: 'already exists' } });
      const name = 'projects/p/locations/global/operations/op-1';
      answer(200, method === 'GET' ? { name, done: true } : { name });
    });
  });
  return { asked, server };
}

describe('importing into Certificate Manager', () => {
  const run = async (options: Parameters<typeof certificateManager>[0]) => {
    const { asked, server } = certificateManager(options);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const made = await selfSigned(['api.example.com'], 30);
      const accessToken = () => Promise.resolve('an-access-token');
      const id = await importIntoCertificateManager(made, { project: 'p', name: 'front', endpoint, accessToken });
      return { asked, id, made };
    } finally {
      server.close();
    }
  };

  it('creates it, waits until it is there, and returns the id that a stack takes', async () => {
    const { asked, id, made } = await run({});
    expect(id).toBe('projects/p/locations/global/certificates/front');
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/projects/p/locations/global/certificates?certificateId=front',
      'GET /v1/projects/p/locations/global/operations/op-1',
    ]);
    expect(asked[0]!.authorization).toBe('Bearer an-access-token');
    expect(asked[0]!.body.selfManaged).toEqual({ pemCertificate: made.certificate, pemPrivateKey: made.privateKey });
  });

  it('renews the one that has the name', async () => {
    const { asked } = await run({ taken: true });
    expect(asked[1]).toMatchObject({
      method: 'PATCH',
      url: '/v1/projects/p/locations/global/certificates/front?updateMask=selfManaged',
    });
  });

  it('tells why it was refused', async () => {
    await expect(run({ error: 'Permission denied on project p' })).rejects.toThrow(
      'Certificate Manager refused: Permission denied on project p',
    );
  });
});
