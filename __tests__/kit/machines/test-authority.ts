import 'reflect-metadata';
import * as crypto from 'node:crypto';
import * as tls from 'node:tls';
import * as x509 from '@peculiar/x509';

/** A certificate authority that only the machines of one test process trust. */
export interface TestAuthority {
  readonly certificatePem: string;
  /** A context for any host name, made when first asked for. */
  contextOf(hostName: string): Promise<tls.SecureContext>;
  /** A certificate for a host name and its key, in PEM. */
  certificateOf(hostName: string): Promise<{ readonly cert: string; readonly key: string }>;
}

const DAY_MS = 86_400_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export async function createAuthority(): Promise<TestAuthority> {
  x509.cryptoProvider.set(crypto.webcrypto as never);
  const keys = await newKeys();
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Sandpiper test machines',
    ...validity,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const contexts = new Map<string, Promise<tls.SecureContext>>();
  const certificateOf: TestAuthority['certificateOf'] = async (hostName) => {
    const own = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: 'CN=cloud',
      issuer: authority.subject,
      ...validity,
      signingAlgorithm: ALGORITHM,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: hostName }])],
    });
    const key = Buffer.from(await crypto.webcrypto.subtle.exportKey('pkcs8', own.privateKey));
    const privateKey = crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    return {
      cert: certificate.toString('pem'),
      key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    };
  };
  return {
    certificatePem: authority.toString('pem'),
    certificateOf,
    contextOf: (hostName) => {
      const made = contexts.get(hostName) ?? certificateOf(hostName).then((own) => tls.createSecureContext(own));
      contexts.set(hostName, made);
      return made;
    },
  };
}

function newKeys() {
  return crypto.webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
