import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate that vouches for itself, in PEM. */
export interface SelfSigned {
  readonly certificate: string;
  /** PKCS #8. */
  readonly privateKey: string;
  readonly notAfter: Date;
}

/** ACM and Certificate Manager both take it (ACM User Guide, "Prerequisites for importing": RSA 2048 or EC P-256 among others). */
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};
const DAY_MS = 86_400_000;
const BACKDATED_MS = DAY_MS;

/** Makes a self-signed server certificate for the names. */
export async function selfSigned(names: readonly [string, ...string[]], days: number): Promise<SelfSigned> {
  x509.cryptoProvider.set(webcrypto as never);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const notAfter = new Date(Date.now() + days * DAY_MS);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${names[0].slice(0, 64)}`,
    notBefore: new Date(Date.now() - BACKDATED_MS),
    notAfter,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    certificate: `${certificate.toString('pem')}\n`,
    privateKey: `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})/g, '$1\n').trim()}\n-----END PRIVATE KEY-----\n`,
    notAfter,
  };
}
