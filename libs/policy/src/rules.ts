/*
 * The rules of a decision, in the order in which they are asked. Each says why it stands where it does; the first that
 * applies decides. Rules of what may never be done come before rules of when.
 */
import { isConditionTrue, unsupportedSteps, type MemoryCleanup } from '#api';
import { hourBudget, namespaceBudget, nodeBusy, nodesBudget } from './budgets.js';
import { modeOf, type Case, type Rule } from './case.js';
import type { CleanupDecision, DecisionReason } from './decision.js';
import { protectionOf } from './protection.js';
import { completed, createdAtMs, isOpen, overlaps } from './target.js';
import { opensAt } from './windows.js';
import { sentence } from './words.js';

export interface NamedRule {
  readonly name: string;
  /** Why it stands before the next one. */
  readonly why: string;
  readonly rule: Rule;
}

export const RULES: readonly NamedRule[] = [
  { name: 'mode', why: 'who may only look has nothing to refuse or wait for', rule: onlyObserve },
  { name: 'protection', why: 'an owner said no: nothing below may overrule it', rule: protectedByOwner },
  {
    name: 'confirmed',
    why: 'what is not certain yet is not worth a reason of its own below',
    rule: notConfirmed,
  },
  { name: 'action', why: 'the policy has nothing to do about it', rule: noAction },
  { name: 'supported', why: 'it can never be done here, whatever the history says', rule: unsupportedStep },
  {
    name: 'unknown',
    why: 'an act whose outcome nobody knows is never followed by another',
    rule: unknownBefore,
  },
  {
    name: 'ineffective',
    why: 'what did not help does not become better by waiting',
    rule: tooOftenIneffective,
  },
  { name: 'breaker', why: 'too much was done lately, whatever this target deserves', rule: breakerOpen },
  { name: 'acts', why: 'nothing may be sent now; the rules below would only guess at when', rule: actsOff },
  { name: 'underway', why: 'one act at a time on one target, whoever asked', rule: underWay },
  { name: 'cooldown', why: 'the target needs its time, in a window or out of it', rule: cooldown },
  {
    name: 'window',
    why: 'right act, wrong hour: an hour that is not open spends no budget',
    rule: outsideWindow,
  },
  { name: 'node', why: 'of the budgets the one that frees first', rule: nodeBusy },
  { name: 'namespace', why: 'one tenant must not spend what all have', rule: namespaceBudget },
  { name: 'hour', why: 'the policy has done enough', rule: hourBudget },
  { name: 'nodes', why: 'a mistake must not reach every node', rule: nodesBudget },
  { name: 'queue', why: 'all agreed, and only then is room in the queue a question', rule: queueFull },
];

function onlyObserve({ lasting }: Case): CleanupDecision | null {
  const level = lasting.find(({ mode }) => mode === 'Observe');
  return level === undefined
    ? null
    : said('Observe', 'ModeObserve', sentence(`Only observed: ${level.reason}`));
}

function protectedByOwner({ situation: { owner, nowMs }, ruled }: Case): CleanupDecision | null {
  if (ruled === null) return protectionOf({ owner, protection: null, sinceMs: nowMs, nowMs });
  const sinceMs = Date.parse(ruled.finding.status.firstSeen);
  return protectionOf({ owner, protection: ruled.policy.spec.protection, sinceMs, nowMs });
}

function notConfirmed({ ruled }: Case): CleanupDecision | null {
  if (ruled === null) return null;
  const { metadata } = ruled.policy;
  const { status, spec } = ruled.finding;
  const isOfIt =
    spec.policyRef.uid === (metadata.uid ?? metadata.name) &&
    spec.policyRef.generation === (metadata.generation ?? 1);
  if (!isOfIt) return said('Wait', 'NotConfirmed', 'The finding is of another generation of the policy.');
  const isConfirmed =
    isConditionTrue(status.conditions, 'Confirmed') && !isConditionTrue(status.conditions, 'Closed');
  return isConfirmed ? null : said('Wait', 'NotConfirmed', 'The finding is not confirmed yet.');
}

function noAction({ ruled }: Case): CleanupDecision | null {
  if (ruled?.action !== null) return null;
  return said('Refuse', 'NoAction', `No action of the policy lists detector ${ruled.finding.spec.detector}.`);
}

function unsupportedStep({ ladder, situation: { place } }: Case): CleanupDecision | null {
  if (ladder.length === 0) return said('Refuse', 'Unsupported', 'The ladder has no step.');
  const [problem] = unsupportedSteps(ladder, 'ladder', place);
  return problem === undefined
    ? null
    : said('Refuse', 'Unsupported', sentence(`It cannot be done: ${problem.message}`));
}

function unknownBefore(each: Case): CleanupDecision | null {
  const unknown = newest(
    each,
    each.history.filter((cleanup) => completed(cleanup)?.reason === 'Unknown'),
  );
  // A person who asks knows: the finding says so.
  if (unknown === null || each.ruled === null) return null;
  const { nowMs } = each.situation;
  const isLifted = each.history.some(
    (cleanup) =>
      cleanup.spec.policyRef === undefined &&
      completed(cleanup) !== null &&
      createdAtMs(cleanup, nowMs) > createdAtMs(unknown, nowMs),
  );
  return isLifted
    ? null
    : said(
        'Refuse',
        'UnknownBefore',
        `Nobody knows what became of ${unknown.metadata.name}: ask for a cleanup by hand when it is safe.`,
      );
}

/** In a row: anything that freed memory starts the count anew. */
function tooOftenIneffective(each: Case): CleanupDecision | null {
  const limit = each.ruled?.action?.maxIneffective;
  if (limit === undefined) return null;
  let inARow = 0;
  for (const cleanup of inOrder(each)) {
    const reason = completed(cleanup)?.reason;
    if (reason === 'Ineffective') inARow += 1;
    if (reason === 'Freed') inARow = 0;
  }
  return inARow < limit
    ? null
    : said(
        'Refuse',
        'TooOftenIneffective',
        `${inARow} cleanups in a row freed too little; ${limit} are allowed.`,
      );
}

function breakerOpen({ situation: { breaker } }: Case): CleanupDecision | null {
  return breaker === null
    ? null
    : said(
        'Refuse',
        'BreakerOpen',
        `The breaker is open (${breaker.reason.replace(/\.$/, '')}): look why, then reset it.`,
      );
}

function actsOff({ passing }: Case): CleanupDecision | null {
  const level = passing.find(({ mode }) => mode !== 'Enforce');
  return level === undefined ? null : said('Wait', 'ActsOff', sentence(`Acts are off: ${level.reason}`));
}

function underWay({ situation: { cleanups }, target }: Case): CleanupDecision | null {
  const other = cleanups.find((cleanup) => isOpen(cleanup) && overlaps(cleanup.spec.target, target));
  return other === undefined
    ? null
    : said('Wait', 'UnderWay', `Cleanup ${other.metadata.name} of it is under way.`);
}

/** From the end of the last one; in DryRun of the last one that would have been. */
function cooldown(each: Case): CleanupDecision | null {
  const action = each.ruled?.action;
  const last = newest(
    each,
    each.history.filter(({ spec }) => spec.mode === modeOf(each)),
  );
  if (action === null || action === undefined || last === null) return null;
  const { nowMs } = each.situation;
  const end = completed(last)?.lastTransitionTime;
  const endMs = end === undefined ? createdAtMs(last, nowMs) : Date.parse(end);
  const untilMs = Math.min(endMs, nowMs) + action.cooldownSeconds * 1000;
  const message = `Cleanup ${last.metadata.name} is less than ${action.cooldownSeconds} s ago.`;
  return nowMs < untilMs ? { kind: 'Wait', reason: 'Cooldown', message, untilMs } : null;
}

function outsideWindow({ ruled, situation: { nowMs } }: Case): CleanupDecision | null {
  if (ruled === null) return null;
  const untilMs = opensAt(ruled.policy.spec.windows, nowMs);
  if (untilMs <= nowMs) return null;
  if (untilMs === Infinity) return said('Wait', 'OutsideWindow', 'No window of the policy ever opens.');
  const message = `The next window opens at ${new Date(untilMs).toISOString()}.`;
  return { kind: 'Wait', reason: 'OutsideWindow', message, untilMs };
}

function queueFull({ situation: { queueIsFull } }: Case): CleanupDecision | null {
  return queueIsFull ? said('Wait', 'QueueFull', 'The queue of cleanups is full.') : null;
}

function inOrder({ history, situation: { nowMs } }: Case): readonly MemoryCleanup[] {
  return [...history].sort((a, b) => createdAtMs(a, nowMs) - createdAtMs(b, nowMs));
}

function newest({ situation: { nowMs } }: Case, cleanups: readonly MemoryCleanup[]): MemoryCleanup | null {
  let last: MemoryCleanup | null = null;
  for (const cleanup of cleanups)
    if (last === null || createdAtMs(cleanup, nowMs) >= createdAtMs(last, nowMs)) last = cleanup;
  return last;
}

function said(kind: 'Wait' | 'Refuse' | 'Observe', reason: DecisionReason, message: string): CleanupDecision {
  return { kind, reason, message };
}
