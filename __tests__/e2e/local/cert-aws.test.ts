import { X509Certificate } from 'node:crypto';
import { ACMClient, GetCertificateCommand, ListCertificatesCommand } from '@aws-sdk/client-acm';
import { importIntoAcm } from '../../../tools/artifacts/cert/aws';
import { selfSigned } from '../../../tools/artifacts/cert/self-signed';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { requireTool } from '../../kit/require-tool';

describe('./sandpiper cert import aws', () => {
  requireTool('moto_server');
  jest.setTimeout(60_000);
  const region = 'eu-central-1';
  const before = { ...process.env };
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  });
  afterAll(async () => {
    process.env = before;
    await moto.stop();
  });

  it('puts the certificate into ACM, and renews it in place', async () => {
    const acm = new ACMClient({ region });
    const inAcm = async (arn: string) => {
      const { Certificate } = await acm.send(new GetCertificateCommand({ CertificateArn: arn }));
      return new X509Certificate(Certificate!).fingerprint256;
    };
    const first = await selfSigned(['api.example.com'], 30);
    const arn = await importIntoAcm(first, { region });
    expect(arn).toMatch(/^arn:aws:acm:eu-central-1:\d{12}:certificate\//);
    expect(await inAcm(arn)).toBe(new X509Certificate(first.certificate).fingerprint256);

    const second = await selfSigned(['api.example.com'], 60);
    expect(await importIntoAcm(second, { region, replace: arn })).toBe(arn);
    expect(await inAcm(arn)).toBe(new X509Certificate(second.certificate).fingerprint256);
    const { CertificateSummaryList } = await acm.send(new ListCertificatesCommand({}));
    expect(CertificateSummaryList).toHaveLength(1);
    acm.destroy();
  });
});
