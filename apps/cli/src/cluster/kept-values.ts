/*
 * Pause and breaker as the installation keeps them: small ConfigMaps that a person may write with kubectl, so nothing in
 * them is trusted to be there.
 */
import type { OpenBreaker } from '#contracts/cleanup';
import type { Pause } from '#contracts/mode';

export const PAUSE_NAME = 'memwarden-pause';
export const BREAKER_NAME = 'memwarden-breaker';

export interface Kept {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly creationTimestamp?: string;
  };
  readonly data?: Readonly<Record<string, string>>;
}

/** One that says nothing is none. */
export function pauseOf(kept: Kept | null): Pause | null {
  const { by, reason, at } = kept?.data ?? {};
  if (kept === null || (by === undefined && reason === undefined)) return null;
  return {
    by: by ?? 'somebody',
    reason: reason ?? '',
    atMs: timeOf(at) ?? timeOf(kept.metadata.creationTimestamp) ?? 0,
  };
}

/** What cannot be read is open: so the controller takes it. */
export function breakerOf(kept: Kept | null): OpenBreaker | null {
  const { openedAt, resetAt, reason = '' } = kept?.data ?? {};
  const isClosed = openedAt === undefined && (resetAt === undefined || timeOf(resetAt) !== null);
  return isClosed ? null : { openedAtMs: timeOf(openedAt) ?? 0, reason };
}

export function breakerResetAt(nowMs: number): Record<string, string> {
  return { resetAt: new Date(nowMs).toISOString() };
}

function timeOf(text: string | undefined): number | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms;
}
