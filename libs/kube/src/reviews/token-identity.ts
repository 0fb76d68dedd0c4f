/*
 * What a TokenReview says, read without trusting its shape: an answer that is not understood is nobody.
 */
import type { Identity } from '#contracts/identity';

type Fields = Readonly<Record<string, unknown>>;

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):[^:]+$/;
const EXTRA = 'authentication.kubernetes.io/';

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Null: the token is nobody's, or it is not for this audience. @param review the TokenReview as it came back */
export function identityOf(review: unknown, audience: string): Identity | null {
  const status = fields(fields(review)['status']);
  if (status['authenticated'] !== true) return null;
  // A server that does not know audiences answers without any: then nobody said that the token is for us.
  if (!texts(status['audiences']).includes(audience)) return null;
  const user = fields(status['user']);
  const name = user['username'];
  if (typeof name !== 'string' || name === '') return null;
  const uid = user['uid'];
  return {
    user: name,
    uid: typeof uid === 'string' && uid !== '' ? uid : null,
    groups: texts(user['groups']),
    ...boundTo(name, fields(user['extra'])),
  };
}

// Only the API server's own ServiceAccount tokens say it; another authenticator may put anything into extra.
function boundTo(user: string, extra: Fields): Pick<Identity, 'node' | 'pod'> {
  const namespace = SERVICE_ACCOUNT.exec(user)?.[1];
  if (namespace === undefined) return { node: null, pod: null };
  const pod = named(extra, 'pod');
  return { node: named(extra, 'node'), pod: pod === null ? null : { namespace, ...pod } };
}

function named(extra: Fields, what: 'node' | 'pod'): { name: string; uid: string } | null {
  const [name, ...otherNames] = texts(extra[`${EXTRA}${what}-name`]);
  const [uid, ...otherUids] = texts(extra[`${EXTRA}${what}-uid`]);
  if (name === undefined || uid === undefined || otherNames.length + otherUids.length > 0) return null;
  return name === '' || uid === '' ? null : { name, uid };
}

/** When the token says that it ends, in ms since 1970; null: it says nothing that is understood. It is not verified. */
export function saidExpiryMs(token: string): number | null {
  const payload = token.split('.', 3)[1];
  if (payload === undefined) return null;
  try {
    const { exp } = fields(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))) as {
      exp?: unknown;
    };
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}
