/*
 * What the Secret of the link holds, read without trusting it: anybody who may write Secrets here may put anything into
 * it, and a half of it is as good as nothing.
 *   tls.crt, tls.key   what the controller serves with
 *   ca.crt             whom agents trust: the authority that signs now, then the next or the one before
 *   ca.key             of the first
 *   next-ca.key        of the second, while it is announced but does not sign yet
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** PEM by key of the Secret's data. */
export type SecretTexts = Readonly<Record<string, string | undefined>>;

export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface Authority extends Validity {
  readonly pem: string;
  readonly keyPem: string;
}

export interface Serving extends Validity {
  readonly pem: string;
  readonly keyPem: string;
  readonly dnsNames: readonly string[];
}

export interface Material {
  readonly authority: Authority;
  /** Announced, to sign later. */
  readonly next: Authority | null;
  /** Signed before, and is still trusted. */
  readonly before: readonly string[];
  /** Null: it is not usable, or the authority has not signed it. */
  readonly serving: Serving | null;
}

/** Certificates in a bundle: the one that signs, and the next or the one before. More are not ours. */
const MOST_CERTIFICATES = 8;

/** Null: there is no authority in it that could sign. */
export function parseMaterial(texts: SecretTexts): Material | null {
  const [first, ...others] = certificatesIn(texts['ca.crt']);
  const authority = first === undefined ? null : authorityOf(first, texts['ca.key']);
  if (authority === null) return null;
  const [second, ...older] = others;
  const next = second === undefined ? null : authorityOf(second, texts['next-ca.key']);
  const before = (next === null ? others : older).map((certificate) => certificate.toString());
  return { authority, next, before, serving: servingOf(authority, texts['tls.crt'], texts['tls.key']) };
}

export function secretTexts({ authority, next, before, serving }: Material): Record<string, string> {
  return {
    'ca.crt': bundleOf({ authority, next, before }),
    'ca.key': authority.keyPem,
    ...(next !== null && { 'next-ca.key': next.keyPem }),
    ...(serving !== null && { 'tls.crt': serving.pem, 'tls.key': serving.keyPem }),
  };
}

/** Whom agents are to trust. */
export function bundleOf({
  authority,
  next,
  before,
}: Pick<Material, 'authority' | 'next' | 'before'>): string {
  return [authority.pem, ...(next === null ? [] : [next.pem]), ...before]
    .map((pem) => `${pem.trim()}\n`)
    .join('');
}

function certificatesIn(bundle = ''): readonly X509Certificate[] {
  const pems = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return pems.slice(0, MOST_CERTIFICATES).flatMap((pem) => certificateOf(pem) ?? []);
}

function certificateOf(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function privateKeyOf(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function authorityOf(certificate: X509Certificate, keyPem = ''): Authority | null {
  const key = privateKeyOf(keyPem);
  if (key === null || !certificate.ca || !certificate.checkPrivateKey(key)) return null;
  return { pem: certificate.toString(), keyPem, ...validityOf(certificate) };
}

function servingOf(authority: Authority, pem = '', keyPem = ''): Serving | null {
  const certificate = certificateOf(pem);
  const key = privateKeyOf(keyPem);
  if (certificate === null || key === null || !certificate.checkPrivateKey(key)) return null;
  const issuer = new X509Certificate(authority.pem);
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return null;
  const dnsNames = (certificate.subjectAltName ?? '').split(', ').flatMap((name) => {
    return name.startsWith('DNS:') ? [name.slice(4)] : [];
  });
  return { pem, keyPem, dnsNames, ...validityOf(certificate) };
}

function validityOf(certificate: X509Certificate): Validity {
  return { notBeforeMs: certificate.validFromDate.getTime(), notAfterMs: certificate.validToDate.getTime() };
}
