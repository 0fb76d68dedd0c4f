/*
 * Who may lead, decided from what was observed: client-go's algorithm. How long a record has stood is measured from
 * when it was first seen here, by our own monotonic clock. A write is conditional on the version that was observed, so
 * that a record which was renewed unseen cannot be taken over.
 *
 * Never two at once: who leads stops `renewDeadlineMs` after it *sent* its last acknowledged write; who follows saw
 * that write after it was sent, and waits for the longer `leaseDurationMs` from there.
 */
import { InvalidValue } from '#contracts/errors';
import { renewTimeAfter, microTime, type Candidate, type LeaseRecord, type StoredLease } from './lease.js';

export interface ElectionTimes {
  /** How long a record holds after somebody else saw it last change. */
  readonly leaseDurationMs: number;
  /** How long its holder leads without an acknowledged renewal. */
  readonly renewDeadlineMs: number;
  readonly renewPeriodMs: number;
  /** After something failed, and at most twice of it. */
  readonly retryMs: number;
}

/** A leader that crashes is followed within 10 s and one answer of the API server; it outlives 7 s without one. */
export const ELECTION_TIMES: ElectionTimes = {
  leaseDurationMs: 10_000,
  renewDeadlineMs: 7_000,
  renewPeriodMs: 2_500,
  retryMs: 500,
};

/** Longer ones in a record are not believed: no release of Memwarden writes them. */
const LONGEST_LEASE_MS = 60_000;

/** @throws {InvalidValue} */
export function checkTimes(times: ElectionTimes): ElectionTimes {
  const { leaseDurationMs, renewDeadlineMs, renewPeriodMs, retryMs } = times;
  const isOrdered = retryMs > 0 && renewPeriodMs > 0 && 2 * renewPeriodMs <= renewDeadlineMs;
  if (!isOrdered || renewDeadlineMs >= leaseDurationMs || leaseDurationMs > LONGEST_LEASE_MS)
    throw new InvalidValue(
      'Election: 0 < 2 · renew period ≤ renew deadline < lease duration ≤ 60 s is needed.',
    );
  if (leaseDurationMs % 1000 !== 0) throw new InvalidValue('Election: a lease lasts whole seconds.');
  return times;
}

export interface ElectionState {
  readonly me: Candidate;
  readonly times: ElectionTimes;
  /** Null: never read. `sinceMs`: since when this record, or that there is none, is known. */
  readonly observed: { readonly lease: StoredLease | null; readonly sinceMs: number } | null;
  /** What was observed is known to be old. */
  readonly isStale: boolean;
  /** There was a record that is gone now: its holder may not know yet. */
  readonly sawHolder: boolean;
  readonly leadsUntilMs: number;
  readonly renewAtMs: number;
  readonly notBeforeMs: number;
  /** For good. */
  readonly hasResigned: boolean;
}

export type ElectionStep =
  | { readonly kind: 'Wait'; readonly untilMs: number }
  | { readonly kind: 'Read' }
  /** `over` null: create it. */
  | { readonly kind: 'Write'; readonly record: LeaseRecord; readonly over: StoredLease | null };

export function newElection(me: Candidate, times: ElectionTimes): ElectionState {
  if (me.identity === '' || me.instance === '')
    throw new InvalidValue('A candidate needs a name: set MEMWARDEN_POD_NAME.');
  return {
    me,
    times: checkTimes(times),
    observed: null,
    isStale: true,
    sawHolder: false,
    leadsUntilMs: -Infinity,
    renewAtMs: -Infinity,
    notBeforeMs: -Infinity,
    hasResigned: false,
  };
}

export function isLeading({ leadsUntilMs, hasResigned }: ElectionState, nowMs: number): boolean {
  return !hasResigned && nowMs < leadsUntilMs;
}

/** Who leads as far as is known here. */
export function leaderAt(state: ElectionState, nowMs: number): { identity: string; address: string } | null {
  const record = state.observed?.lease?.record;
  if (record === undefined || record.holder === '') return null;
  const holds = isMine(state, record) ? isLeading(state, nowMs) : nowMs < expiryOf(state);
  return holds ? { identity: record.holder, address: record.address } : null;
}

export function nextElectionStep(state: ElectionState, nowMs: number, wallMs: number): ElectionStep {
  const { observed, notBeforeMs, isStale } = state;
  if (nowMs < notBeforeMs) return { kind: 'Wait', untilMs: notBeforeMs };
  if (observed === null || isStale) return { kind: 'Read' };
  const freeAtMs = freeAt(state);
  if (nowMs < freeAtMs) return { kind: 'Wait', untilMs: freeAtMs };
  return { kind: 'Write', record: recordToWrite(state, wallMs), over: observed.lease };
}

/** When the record may be written by us: to renew it, or to take it. */
function freeAt(state: ElectionState): number {
  const lease = state.observed?.lease ?? null;
  if (lease === null) return state.sawHolder ? expiryOf(state) : -Infinity;
  if (isMine(state, lease.record)) return state.renewAtMs;
  return lease.record.holder === '' ? -Infinity : expiryOf(state);
}

function expiryOf({ observed, times }: ElectionState): number {
  const saidMs = (observed?.lease?.record.durationSeconds ?? 0) * 1000;
  const lastsMs = Math.max(times.leaseDurationMs, Math.min(saidMs, LONGEST_LEASE_MS));
  return (observed?.sinceMs ?? Infinity) + lastsMs;
}

function isMine({ me }: ElectionState, record: LeaseRecord): boolean {
  return record.holder === me.identity && record.instance === me.instance;
}

function recordToWrite(state: ElectionState, wallMs: number): LeaseRecord {
  const { me, times } = state;
  const before = state.observed?.lease?.record;
  const durationSeconds = times.leaseDurationMs / 1000;
  if (before !== undefined && isMine(state, before))
    return {
      ...before,
      ...addressed(me),
      durationSeconds,
      renewTime: renewTimeAfter(before.renewTime, wallMs),
    };
  const now = microTime(wallMs);
  const transitions = before === undefined ? 0 : before.transitions + 1;
  return { ...addressed(me), durationSeconds, acquireTime: now, renewTime: now, transitions };
}

function addressed({
  identity,
  instance,
  address,
}: Candidate): Pick<LeaseRecord, 'holder' | 'instance' | 'address'> {
  return { holder: identity, instance, address };
}

/** The record with which the holder gives its lease back; null when it is not ours. */
export function releaseStep(
  state: ElectionState,
  wallMs: number,
): Extract<ElectionStep, { kind: 'Write' }> | null {
  const over = state.observed?.lease ?? null;
  if (over === null || !isMine(state, over.record)) return null;
  const renewTime = renewTimeAfter(over.record.renewTime, wallMs);
  return {
    kind: 'Write',
    record: { ...over.record, holder: '', instance: '', address: '', durationSeconds: 1, renewTime },
    over,
  };
}

/** After a read; null: there is no Lease. */
export function observed(state: ElectionState, lease: StoredLease | null, nowMs: number): ElectionState {
  const before = state.observed;
  const isSame = before !== null && sameRecord(before.lease, lease);
  const isAnothers = lease !== null && lease.record.holder !== '' && !isMine(state, lease.record);
  return {
    ...state,
    observed: { lease, sinceMs: isSame ? before.sinceMs : nowMs },
    isStale: false,
    sawHolder: state.sawHolder || isAnothers,
    leadsUntilMs: isAnothers ? -Infinity : state.leadsUntilMs,
  };
}

/**
 * News of a change, which may be older than what was observed: who follows may believe it, since a take-over is
 * conditional on the version; who leads looks for itself.
 */
export function heard(state: ElectionState, lease: StoredLease | null, nowMs: number): ElectionState {
  if (lease?.version === state.observed?.lease?.version) return state;
  return isLeading(state, nowMs) ? doubted(state) : observed(state, lease, nowMs);
}

/** Our write was acknowledged: it was sent at `sentMs`, and nobody can have seen it before. */
export function written(
  state: ElectionState,
  lease: StoredLease,
  sentMs: number,
  nowMs: number,
): ElectionState {
  const next = observed(state, lease, nowMs);
  if (!isMine(next, lease.record)) return next;
  const { renewDeadlineMs, renewPeriodMs } = state.times;
  return { ...next, leadsUntilMs: sentMs + renewDeadlineMs, renewAtMs: sentMs + renewPeriodMs };
}

/** Somebody wrote in between, or nobody knows whether our write was done: look before anything else. */
export function doubted(state: ElectionState): ElectionState {
  return { ...state, isStale: true };
}

/** No answer: not again at once, and not all candidates together. @param chance from 0 to 1 */
export function postponed(state: ElectionState, nowMs: number, chance: number): ElectionState {
  return { ...state, notBeforeMs: nowMs + state.times.retryMs * (1 + chance) };
}

/** It will not lead again. */
export function resigned(state: ElectionState): ElectionState {
  return { ...state, hasResigned: true };
}

// Labels that somebody else sets change the version, not the record: they are no sign of life.
function sameRecord(a: StoredLease | null, b: StoredLease | null): boolean {
  if (a === null || b === null) return a === b;
  const { record: x } = a;
  const { record: y } = b;
  return (
    x.holder === y.holder &&
    x.instance === y.instance &&
    x.renewTime === y.renewTime &&
    x.acquireTime === y.acquireTime &&
    x.transitions === y.transitions &&
    x.durationSeconds === y.durationSeconds
  );
}
