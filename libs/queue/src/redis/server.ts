/*
 * What a Redis says of itself (INFO), and whether jobs are safe in it. Pure.
 */

/** Memwarden is tested with this one and newer. */
const OLDEST = [6, 2] as const;

export type ServerVerdict =
  | { readonly kind: 'Fit' }
  | { readonly kind: 'TooOld' | 'Evicting' | 'ReadOnly' | 'Loading'; readonly reason: string };

/** Null: new enough. */
export function tooOld(info: string): string | null {
  const version = /^redis_version:(\d+)\.(\d+)/m.exec(info);
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
  return `Redis ${major}.${minor} is too old; Memwarden needs ${OLDEST.join('.')} or newer.`;
}

/** @param info the whole INFO text, with the sections server, memory, replication and persistence */
export function judgeServer(info: string): ServerVerdict {
  const old = tooOld(info);
  if (old !== null) return { kind: 'TooOld', reason: old };
  if (field(info, 'loading') === '1') return { kind: 'Loading', reason: 'Redis is still reading its files.' };
  const role = field(info, 'role');
  if (role !== undefined && role !== 'master')
    return { kind: 'ReadOnly', reason: `Redis is a ${role} of another one; name the primary's URL.` };
  const policy = field(info, 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction')
    return {
      kind: 'Evicting',
      reason: `Redis may throw jobs away (maxmemory-policy is ${policy}); set it to noeviction.`,
    };
  return { kind: 'Fit' };
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}
