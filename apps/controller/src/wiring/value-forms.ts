/*
 * Pause and breaker as people find and write them in ConfigMaps, with kubectl: `by`, `reason`, `at` of a pause;
 * `openedAt`, `reason` or `resetAt` of the breaker. Times are RFC 3339.
 */
import { rfc3339 } from '#api';
import type { Clock } from '#contracts/clock';
import type { Pause } from '#contracts/mode';
import type { ValueForm } from '#kube';
import type { KeptBreaker } from '../acts/acting.js';

const LONGEST_NAME = 256;
const LONGEST_REASON = 1024;

/** Whoever names himself or a reason pauses: the rest may be missing. */
export function pauseForm(clock: Pick<Clock, 'nowMs'>): ValueForm<Pause> {
  return {
    kind: 'Pause',
    read: ({ by, reason, at }) => {
      if (by === undefined && reason === undefined) return { ok: true, object: null };
      const pause: Pause = {
        by: (by ?? 'somebody').slice(0, LONGEST_NAME),
        reason: (reason ?? '').slice(0, LONGEST_REASON),
        atMs: timeOf(at) ?? clock.nowMs(),
      };
      return { ok: true, object: pause };
    },
    write: ({ by, reason, atMs }) => ({ by, reason, at: rfc3339(atMs) }),
  };
}

export const breakerForm: ValueForm<KeptBreaker> = {
  kind: 'Breaker',
  read: ({ openedAt, resetAt, reason = '' }) => {
    const openedAtMs = timeOf(openedAt);
    const resetAtMs = timeOf(resetAt);
    // An open one stays open, whatever stands beside it.
    if (openedAtMs !== null)
      return { ok: true, object: { openedAtMs, reason: reason.slice(0, LONGEST_REASON) } };
    if (resetAtMs !== null) return { ok: true, object: { resetAtMs } };
    const isEmpty = openedAt === undefined && resetAt === undefined;
    if (isEmpty) return { ok: true, object: null };
    const path = openedAt === undefined ? 'data.resetAt' : 'data.openedAt';
    return { ok: false, problems: [{ path, message: 'is no time as RFC 3339 has it' }] };
  },
  write: (value) =>
    'resetAtMs' in value
      ? { resetAt: rfc3339(value.resetAtMs) }
      : { openedAt: rfc3339(value.openedAtMs), reason: value.reason },
};

function timeOf(text: string | undefined): number | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms;
}
