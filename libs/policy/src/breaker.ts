/*
 * The breaker: too many nodes touched, or too many outcomes that nobody knows, within an hour.
 */
import type { MemoryCleanup } from '#api';
import type { OpenBreaker } from '#contracts/cleanup';
import { allowedNodes } from './budgets.js';
import { HOUR_MS } from './case.js';
import type { Limits } from './decision.js';
import { completed, createdAtMs } from './target.js';

const MAX_UNKNOWN = 3;

/**
 * Non-null: it opens now. `cleanups` are those since the last reset, of every policy; the newest hour counts, and of it
 * only what sent an order. It stays open, whatever this says later, until a person resets it.
 */
export function breakerAfter(
  cleanups: readonly MemoryCleanup[],
  limits: Limits,
  nodes: number,
  nowMs: number,
): OpenBreaker | null {
  const acted = cleanups.filter(
    (cleanup) => hasSent(cleanup) && nowMs - createdAtMs(cleanup, nowMs) < HOUR_MS,
  );
  const touched = new Set(acted.map(({ spec }) => spec.target.node)).size;
  const allowed = allowedNodes(limits, nodes);
  if (touched > allowed)
    return {
      openedAtMs: nowMs,
      reason: `${touched} of ${nodes} nodes were touched within an hour, ${allowed} are allowed`,
    };
  const unknown = acted.filter((cleanup) => completed(cleanup)?.reason === 'Unknown').length;
  if (unknown < MAX_UNKNOWN) return null;
  return { openedAtMs: nowMs, reason: `nobody knows what became of ${unknown} cleanups within an hour` };
}

function hasSent({ status }: MemoryCleanup): boolean {
  return status.steps.some(({ issuedAt }) => issuedAt !== undefined);
}
