/*
 * Who is needed now: the one banner, and the only red. For now: the breaker is open; or a confirmed pressure finding
 * at or above its policy's mark, about which nothing will be done by itself. An act that freed too little needs nobody
 * while its policy will try again: that ends with the decision TooOftenIneffective.
 * Paused by a person is known to a person: it needs nobody.
 */
import { outcomeOf, sentenceOf } from './cleanup.js';
import { holdsText, isOpen, markOf } from './finding.js';
import { shortened } from './names.js';
import type { Cleanup, Finding, ModeNow, Policy } from './objects.js';
import { decidedSentence } from './reasons.js';
import { clockTime } from './format.js';
import { whoText } from './target.js';

export interface Records {
  readonly findings: ReadonlyMap<string, Finding>;
  readonly cleanups: ReadonlyMap<string, Cleanup>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly mode: ModeNow | null;
}

export type Attention =
  | { readonly kind: 'breaker'; readonly text: string }
  | {
      readonly kind: 'finding';
      readonly finding: Finding;
      readonly count: number;
      readonly who: string;
      readonly text: string;
    };

/** Findings that need a person, the worst first. */
export function needing(records: Records): readonly Finding[] {
  return [...records.findings.values()]
    .filter((finding) => whyNeeded(finding, records) !== null)
    .toSorted((a, b) => (b.percent ?? 0) - (a.percent ?? 0) || (b.bytes ?? 0) - (a.bytes ?? 0));
}

export function attentionOf(records: Records): Attention | null {
  const breaker = records.mode?.breaker ?? null;
  if (breaker !== null) return { kind: 'breaker', text: breakerText(breaker) };
  const all = needing(records);
  const [finding] = all;
  if (finding === undefined) return null;
  const why = whyNeeded(finding, records) ?? '';
  return {
    kind: 'finding',
    finding,
    count: all.length,
    who: whoText(finding.target),
    text: `holds ${holdsText(finding)}. ${why}`,
  };
}

function breakerText(breaker: NonNullable<ModeNow['breaker']>): string {
  const since = Number.isFinite(breaker.sinceMs) ? ` at ${clockTime(breaker.sinceMs)}` : '';
  return `The breaker opened${since}: ${decidedSentence('', breaker.reason)} Nothing is done until a person resets it.`;
}

/** Null: nobody is needed for it. */
export function whyNeeded(finding: Finding, records: Records): string | null {
  if (finding.type !== 'Pressure' || finding.stage !== 'Confirmed' || !isOpen(finding)) return null;
  const mark = markOf(finding, records.policies);
  if (mark !== null && (finding.percent ?? 0) < mark) return null;
  const cleanup = finding.cleanup === null ? null : (records.cleanups.get(finding.cleanup) ?? null);
  if (cleanup !== null && outcomeOf(cleanup) !== 'Ineffective') return afterCleanup(cleanup);
  if (records.policies.get(finding.policy.name)?.mode === 'Observe') return 'Its policy only observes.';
  const { decision } = finding;
  if (decision === null || !DECIDES_AGAINST.has(decision.kind)) return null;
  return decidedSentence(decision.reason, decision.message);
}

/** A Wait (a window, a cooldown, a budget) ends by itself. */
const DECIDES_AGAINST: ReadonlySet<string> = new Set(['Refuse', 'Observe']);

function afterCleanup(cleanup: Cleanup): string | null {
  switch (outcomeOf(cleanup)) {
    case 'Unknown':
      return 'What became of the last cleanup is unknown, and it is never repeated by itself.';
    case 'Refused':
      return `The last cleanup was refused. ${sentenceOf(cleanup, NaN)}`;
    case 'Ineffective':
    case 'Freed':
    case 'DryRun':
    case 'UnderWay':
    case 'Cancelled':
    case 'Expired':
    case 'TargetGone':
      return null;
  }
}

/** For a row's tag: "pressure". */
export function tagText(finding: Finding): string {
  return shortened(finding.type, 20).toLowerCase();
}
