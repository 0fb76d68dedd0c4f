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

/** That it is there is what counts. */
export function pauseOf(kept: Kept | null): Pause | null {
  if (kept === null) return null;
  const { by = 'somebody', reason = '', at } = kept.data ?? {};
  return { by, reason, atMs: timeOf(at) ?? timeOf(kept.metadata.creationTimestamp) ?? 0 };
}

export function breakerOf(kept: Kept | null): OpenBreaker | null {
  const { openedAt, reason = '', resetAt } = kept?.data ?? {};
  const openedAtMs = timeOf(openedAt);
  return kept === null || openedAtMs === null || timeOf(resetAt) !== null ? null : { openedAtMs, reason };
}

function timeOf(text: string | undefined): number | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms;
}
