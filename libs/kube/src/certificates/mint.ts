/*
 * Makes certificates: ECDSA P-256, SHA-256. The library is loaded when one is made, a few times a year and only where
 * the leader runs: it takes some 20 MiB, and reading and checking need none of it.
 */
import { webcrypto } from 'node:crypto';
import type { Authority, Serving, Validity } from './material.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const ORGANISATION = 'O=memwarden.dev';

type X509 = typeof import('@peculiar/x509');

async function library(): Promise<X509> {
  // Its container of dependencies wants this to be there first.
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

/** @param name tells one authority from the next in its subject */
export async function makeAuthority(name: string, validity: Validity): Promise<Authority> {
  const x509 = await library();
  const keys = await keyPair();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=Memwarden link ${name}, ${ORGANISATION}`,
    ...dates(validity),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    pem: certificate.toString('pem'),
    keyPem: await privatePem(x509, keys.privateKey),
    ...whole(validity),
  };
}

export async function makeServing(
  authority: Authority,
  dnsNames: readonly string[],
  validity: Validity,
): Promise<Serving> {
  const x509 = await library();
  const keys = await keyPair();
  const issuer = new x509.X509Certificate(authority.pem);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    issuer: issuer.subject,
    subject: `CN=memwarden-controller, ${ORGANISATION}`,
    ...dates(validity),
    publicKey: keys.publicKey,
    signingKey: await signingKey(x509, authority.keyPem),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: 'dns', value }))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  const keyPem = await privatePem(x509, keys.privateKey);
  return { pem: certificate.toString('pem'), keyPem, dnsNames, ...whole(validity) };
}

function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privatePem(x509: X509, key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function signingKey(x509: X509, pem: string): Promise<webcrypto.CryptoKey> {
  const [der] = x509.PemConverter.decode(pem);
  return webcrypto.subtle.importKey('pkcs8', der ?? new ArrayBuffer(), ALGORITHM, false, ['sign']);
}

/** Positive, of 127 random bits (RFC 5280 4.1.2.2). */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

function dates({ notBeforeMs, notAfterMs }: Validity): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(notBeforeMs), notAfter: new Date(notAfterMs) };
}

/** As the certificate has it: X.509 knows whole seconds. */
function whole({ notBeforeMs, notAfterMs }: Validity): Validity {
  return {
    notBeforeMs: Math.floor(notBeforeMs / 1000) * 1000,
    notAfterMs: Math.floor(notAfterMs / 1000) * 1000,
  };
}
