import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as never);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
/** The longest that Apple's systems accept from any authority (support.apple.com, HT211025: 398 days; user-added ones: 825). */
const LEAF_DAYS = 397;
/** A leaf with less left is made anew. */
const RENEWAL_DAYS = 30;
/** Clocks of machines differ. */
const BACKDATED_MS = DAY_MS;

/** What a TLS server needs, in PEM, and the authority's own certificate for whoever is to trust it. */
export interface ServerIdentity {
  readonly key: string;
  /** Leaf first, then the authority. */
  readonly certificate: string;
  /** File of the authority's certificate. */
  readonly authorityFile: string;
}

/** File of the certificate of the authority that is kept in a directory. It need not be there yet. */
export function authorityFileIn(directory: string): string {
  return path.join(directory, 'authority.pem');
}

/**
 * A certificate for the names from the certificate authority of this user, which is made at first use and kept in
 * `directory`: its key never leaves it, and only this user can read it.
 */
export async function serverIdentity(directory: string, names: readonly string[]): Promise<ServerIdentity> {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const authorityFile = authorityFileIn(directory);
  const authority = await authorityIn(directory, authorityFile);
  const leafFile = path.join(directory, 'server.pem');
  const leafKeyFile = path.join(directory, 'server.key');
  if (!isCurrent(leafFile, leafKeyFile, names, authority.certificate)) {
    const leaf = await issue(authority, names);
    writePrivately(leafKeyFile, leaf.key);
    writePrivately(leafFile, leaf.certificate);
  }
  const leaf = fs.readFileSync(leafFile, 'utf8');
  return {
    key: fs.readFileSync(leafKeyFile, 'utf8'),
    certificate: `${leaf.trim()}\n${authority.certificate.toString('pem')}\n`,
    authorityFile,
  };
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

async function authorityIn(directory: string, authorityFile: string): Promise<Authority> {
  const keyFile = path.join(directory, 'authority.key');
  if (fs.existsSync(authorityFile) && fs.existsSync(keyFile)) {
    const certificate = new x509.X509Certificate(fs.readFileSync(authorityFile, 'utf8'));
    if (certificate.notAfter.getTime() > Date.now() + LEAF_DAYS * DAY_MS) {
      return { certificate, key: await importKey(fs.readFileSync(keyFile, 'utf8')) };
    }
  }
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=Sandpiper local authority ${new Date().toISOString().slice(0, 10)}`,
    notBefore: new Date(Date.now() - BACKDATED_MS),
    notAfter: new Date(Date.now() + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  writePrivately(keyFile, await exportKey(keys.privateKey));
  writePrivately(authorityFile, `${certificate.toString('pem')}\n`);
  return { certificate, key: keys.privateKey };
}

async function issue(authority: Authority, names: readonly string[]): Promise<{ key: string; certificate: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${names[0]}`,
    issuer: authority.certificate.subject,
    notBefore: new Date(Date.now() - BACKDATED_MS),
    notAfter: new Date(Date.now() + LEAF_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { key: await exportKey(keys.privateKey), certificate: `${certificate.toString('pem')}\n` };
}

function isCurrent(
  leafFile: string,
  keyFile: string,
  names: readonly string[],
  authority: x509.X509Certificate,
): boolean {
  if (!fs.existsSync(leafFile) || !fs.existsSync(keyFile)) return false;
  const leaf = new x509.X509Certificate(fs.readFileSync(leafFile, 'utf8'));
  const held = leaf.getExtension(x509.SubjectAlternativeNameExtension)?.names.items.map((name) => name.value) ?? [];
  const identifier = leaf.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId;
  return (
    leaf.notAfter.getTime() > Date.now() + RENEWAL_DAYS * DAY_MS &&
    identifier === authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId &&
    names.every((name) => held.includes(name))
  );
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})/g, '$1\n').trim()}\n-----END PRIVATE KEY-----\n`;
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const pkcs8 = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, true, ['sign']);
}

/** Whole or not at all, and readable by this user only. */
function writePrivately(file: string, text: string): void {
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, text, { mode: 0o600 });
  fs.renameSync(temporary, file);
}
