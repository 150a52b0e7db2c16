import { ACMClient, ImportCertificateCommand } from '@aws-sdk/client-acm';
import type { SelfSigned } from './self-signed';

/** Imports the certificate into ACM, or renews the one whose ARN is given. Credentials come from the SDK's usual places. */
export async function importIntoAcm(
  { certificate, privateKey }: SelfSigned,
  options: { readonly region?: string; readonly replace?: string },
): Promise<string> {
  const client = new ACMClient({ region: options.region });
  try {
    const { CertificateArn } = await client.send(
      new ImportCertificateCommand({
        Certificate: Buffer.from(certificate),
        PrivateKey: Buffer.from(privateKey),
        CertificateArn: options.replace,
        // ACM takes tags only at the first import.
        Tags: options.replace === undefined ? [{ Key: 'application', Value: 'sandpiper' }] : undefined,
      }),
    );
    if (CertificateArn === undefined) throw new Error('ACM answered without an ARN');
    return CertificateArn;
  } finally {
    client.destroy();
  }
}
