/*
 * A CA and a serving certificate for 127.0.0.1, made with openssl.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';

const DAYS = '2';

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** ca.crt and ca.key. */
export async function makeCa(folder: string): Promise<void> {
  const [key, cert] = [join(folder, 'ca.key'), join(folder, 'ca.crt')];
  const subject = `/CN=memwarden-test-${process.hrtime.bigint()}`;
  openssl([
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-subj', subject, '-days', DAYS, '-keyout', key, '-out', cert],
  ]);
}

/** server.crt and server.key, by ca.crt of the same folder. */
export async function makeCertificate(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name);
  await writeFile(
    at('server.ext'),
    'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n',
  );
  openssl([
    ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=api'],
    ...['-keyout', at('server.key'), '-out', at('server.csr')],
  ]);
  openssl([
    ...[
      'x509',
      '-req',
      '-in',
      at('server.csr'),
      '-CA',
      at('ca.crt'),
      '-CAkey',
      at('ca.key'),
      '-CAcreateserial',
    ],
    ...['-days', DAYS, '-extfile', at('server.ext'), '-out', at('server.crt')],
  ]);
}
