/*
 * A finding: who holds how much of which limit since when, and why nothing, or what, was done about it.
 */
import { outcomeOf, OUTCOME_WORD } from './cleanup.js';
import { clockTime, qualifiedSize, sizeText } from './format.js';
import type { Cleanup, Finding, Policy } from './objects.js';
import { decidedSentence } from './reasons.js';

export function isOpen(finding: Finding): boolean {
  return finding.stage !== 'Closed';
}

/** "21.7 GiB, 90 % of its 24.0 GiB limit". */
export function holdsText(finding: Finding): string {
  const bytes = qualifiedSize(finding.bytes, finding.quality);
  const { limitBytes, percent } = finding;
  if (percent === null) return bytes;
  const limit = limitBytes === null ? 'its limit' : `its ${sizeText(limitBytes)} limit`;
  return `${bytes}, ${percentText(percent)} of ${limit}`;
}

/** `percent` is whole or with a fraction: below 10 one decimal, else whole; never rounded up to 100. */
export function percentText(percent: number): string {
  if (percent > 99 && percent < 100) return '> 99 %';
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}

const CLOSED: Readonly<Record<string, string>> = {
  Freed: 'Below its mark after a cleanup.',
  Cleared: 'Below its mark by itself.',
  TargetGone: 'The holder ended.',
  Superseded: 'Another policy, or a newer edit of it, rules this now.',
  Expired: 'Not seen any more.',
  Inconsistent: 'The node said two different things about it.',
};

/** What was decided or done about it, in a sentence. */
export function decisionText(finding: Finding, cleanup: Cleanup | null): string {
  if (finding.stage === 'Closed')
    return (
      CLOSED[finding.stageSaid.reason] ?? decidedSentence(finding.stageSaid.reason, finding.stageSaid.message)
    );
  if (cleanup !== null && isNewer(cleanup, finding)) return cleanupText(cleanup);
  if (cleanup !== null && finding.decision !== null)
    return `${cleanupText(cleanup)} ${decidedSentence(finding.decision.reason, finding.decision.message)}`;
  if (finding.decision !== null) return decidedSentence(finding.decision.reason, finding.decision.message);
  if (finding.stage === 'Suspected') return 'Seen above its mark; not long enough yet to be confirmed.';
  return finding.cleanup === null ? 'Nothing was decided yet.' : 'A cleanup was made for it.';
}

/** A decision after the last cleanup is the news, else the cleanup is. */
function isNewer(cleanup: Cleanup, finding: Finding): boolean {
  const decided = finding.decision?.atMs ?? NaN;
  return !(decided > (cleanup.completed?.atMs ?? Infinity));
}

function cleanupText(cleanup: Cleanup): string {
  const outcome = outcomeOf(cleanup);
  if (outcome === 'UnderWay') return 'A cleanup is under way.';
  if (outcome === 'DryRun') return 'A dry run said what would have been done.';
  if (outcome === 'Freed') return `Freed ${sizeText(cleanup.freedBytes)}.`;
  return `The last cleanup: ${OUTCOME_WORD[outcome].toLowerCase()}.`;
}

/** The share of the limit from which it counts, as its policy says; null where that is not known. */
export function markOf(finding: Finding, policies: ReadonlyMap<string, Policy>): number | null {
  const policy = policies.get(finding.policy.name);
  return policy?.detectors.find((one) => one.name === finding.detector)?.percentOfLimit ?? null;
}

const RANK: Readonly<Record<Finding['stage'], number>> = { Confirmed: 0, Suspected: 1, Closed: 2 };

/** What needs a person first, then by stage; open ones by their share of the limit, closed ones newest first. */
export function sortedFindings(findings: Iterable<Finding>, urgent: ReadonlySet<string>): readonly Finding[] {
  return [...findings].toSorted(
    (a, b) =>
      Number(urgent.has(b.name)) - Number(urgent.has(a.name)) ||
      RANK[a.stage] - RANK[b.stage] ||
      within(a, b) ||
      (a.name < b.name ? -1 : Number(a.name > b.name)),
  );
}

function within(a: Finding, b: Finding): number {
  if (a.stage === 'Closed') return compared(b.stageSaid.atMs, a.stageSaid.atMs);
  return compared(b.percent ?? -1, a.percent ?? -1) || compared(b.bytes ?? -1, a.bytes ?? -1);
}

function compared(a: number, b: number): number {
  const difference = a - b;
  return Number.isNaN(difference) ? 0 : difference;
}

export function sinceText(finding: Finding): string {
  return `since ${clockTime(finding.firstSeenMs).replace(/:\d\d UTC$/, ' UTC')}`;
}
