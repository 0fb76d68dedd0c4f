/*
 * The server's key and certificate. They can be replaced while it serves: streams that are open stay as they are, the
 * next handshake sees the new ones.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import { InvalidValue } from '#contracts/errors';

/** PEM; `cert` may be a chain, its leaf first. */
export interface ServingCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Both ends are ours, and of the last years. */
const MIN_VERSION = 'TLSv1.3';

export class ServingCredentials extends ServerCredentials {
  /** @throws {InvalidValue} for a key and a certificate that do not belong together, or are none */
  constructor(certificate: ServingCertificate) {
    super({}, contextOf(certificate));
  }

  /** @throws {InvalidValue} as the constructor; then the old ones go on */
  replace(certificate: ServingCertificate): void {
    this.updateSecureContextOptions(contextOf(certificate));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function contextOf({ key, cert }: ServingCertificate): { key: string; cert: string; minVersion: 'TLSv1.3' } {
  const options = { key, cert, minVersion: MIN_VERSION } as const;
  try {
    createSecureContext(options);
    // An empty text is no error to the TLS library: it would serve without a certificate.
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return options;
    throw new InvalidValue('the certificate is of another key');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidValue(
      `The link's key and certificate cannot be used: ${why}. Both must be PEM and belong together.`,
      { cause },
    );
  }
}
