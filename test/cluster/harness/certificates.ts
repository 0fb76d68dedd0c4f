/*
 * The cluster's keys and certificates, made anew for each start by the openssl command: it is on every machine that can run the rest, and
 * neither Node nor any package that the product needs can sign X.509 certificates.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { run } from './command.js';
import { pki } from './config/paths.js';
import { clients, servers, type Subject } from './config/subjects.js';
import type { ClusterShape } from './shape.js';

const DAYS = '30';
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export async function makeCertificates(cluster: ClusterShape): Promise<void> {
  const { authority, authorityKey } = pki(cluster);
  await mkdir(dirname(authority), { recursive: true, mode: 0o700 });
  const own = ['-subj', '/CN=memwarden-test-cluster', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  await Promise.all([request(authorityKey, authority, own), makeServiceAccountKeys(cluster)]);
  await Promise.all([...clients(cluster), ...servers(cluster)].map((subject) => signed(cluster, subject)));
}

/** A certificate for `subject`, replaced if there is one. */
export async function signed(cluster: ClusterShape, subject: Subject): Promise<void> {
  const { authority, authorityKey, certificate, key } = pki(cluster);
  await request(key(subject.name), certificate(subject.name), [
    ...['-CA', authority, '-CAkey', authorityKey, '-subj', distinguishedName(subject)],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-addext', 'keyUsage=critical,digitalSignature', '-addext', 'extendedKeyUsage=clientAuth,serverAuth'],
    ...(subject.alternatives ? ['-addext', `subjectAltName=${subject.alternatives.join(',')}`] : []),
  ]);
}

export function distinguishedName({ commonName, organisation }: Subject): string {
  return organisation === undefined ? `/CN=${commonName}` : `/O=${organisation}/CN=${commonName}`;
}

async function request(key: string, certificate: string, more: readonly string[]): Promise<void> {
  await run('openssl', ['req', '-x509', ...KEY, '-days', DAYS, '-keyout', key, '-out', certificate, ...more]);
}

/** Tokens are signed with RSA: what checks them need not know the elliptic curves. */
async function makeServiceAccountKeys(cluster: ClusterShape): Promise<void> {
  const { serviceAccountKey, serviceAccountPublicKey } = pki(cluster);
  await run('openssl', ['genrsa', '-out', serviceAccountKey, '2048']);
  await run('openssl', ['rsa', '-in', serviceAccountKey, '-pubout', '-out', serviceAccountPublicKey]);
}
