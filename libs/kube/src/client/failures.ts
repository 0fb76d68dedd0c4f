/*
 * Failures of the network by what they mean: whether the request can have reached the server, and whether its certificate
 * is the reason. By code, for errors of undici, of TLS and of the kernel have no class in common.
 */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const CERTIFICATE = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_|ERR_SSL_|ERR_OSSL_)/u;

/** True: the server has not seen it, and it can be sent again, whatever it is. */
export function neverSent(error: unknown): boolean {
  return (
    NEVER_SENT.has(codeOf(error)) || isCertificateFailure(error) || memberOf(error, 'syscall') === 'connect'
  );
}

export function isCertificateFailure(error: unknown): boolean {
  return CERTIFICATE.test(codeOf(error));
}

export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  return code === '' || text.includes(code) ? text : `${text}, ${code}`;
}

function codeOf(error: unknown): string {
  const code = memberOf(error, 'code');
  return typeof code === 'string' ? code : '';
}

function memberOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;
}
