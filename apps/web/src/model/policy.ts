/* A policy in words: is it in force, what does it rule, what did it do today, and why not. */
import { counted } from './day.js';
import { setSpan, sizeText } from './format.js';
import { shortened } from './names.js';
import type { Detector, Policy, PolicyAction } from './objects.js';
import { spaced } from './reasons.js';

export type PolicyState = 'InForce' | 'Observes' | 'Rejected' | 'Shadowed';

export function policyState(policy: Policy): PolicyState {
  if (policy.accepted?.holds === false) return 'Rejected';
  if (isShadowed(policy)) return 'Shadowed';
  return policy.mode === 'Observe' || policy.paused ? 'Observes' : 'InForce';
}

/** All that it would rule is ruled by others. */
function isShadowed({ rules }: Policy): boolean {
  return rules !== null && rules.targets === 0 && rules.shadowed > 0;
}

const WORD: Readonly<Record<PolicyState, string>> = {
  InForce: 'In force',
  Observes: 'Observes',
  Rejected: 'Not accepted',
  Shadowed: 'Shadowed',
};

export function policyWord(policy: Policy): string {
  return policy.paused && policyState(policy) === 'Observes' ? 'Paused' : WORD[policyState(policy)];
}

/** "rules 12 targets", "rules nothing: shadowed by x". */
export function rulesText({ rules }: Policy): string {
  if (rules === null) return 'What it rules is not known yet.';
  const others =
    rules.shadowedBy.length === 0
      ? ''
      : ` by ${rules.shadowedBy
          .slice(0, 3)
          .map((name) => shortened(name, 40))
          .join(', ')}`;
  const shadowed = rules.shadowed === 0 ? '' : ` ${counted(rules.shadowed, 'target')} shadowed${others}.`;
  const ruled =
    rules.targets === 0 ? 'Rules nothing that is here now.' : `Rules ${counted(rules.targets, 'target')}.`;
  return `${ruled}${shadowed}`;
}

/** The last day: "3 acts, 1.2 GiB freed · 4 refused". */
export function lastDayText({ lastDay }: Policy): string {
  if (lastDay === null) return 'Nothing done in 24 h.';
  const refused = lastDay.refused.reduce((sum, one) => sum + one.count, 0);
  const parts = [
    ...(lastDay.acted > 0 ? [`${counted(lastDay.acted, 'act')}, ${sizeText(lastDay.freedBytes)} freed`] : []),
    ...(lastDay.wouldAct > 0 ? [`${lastDay.wouldAct} would have`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
  ];
  return parts.length === 0 ? 'Nothing done in 24 h.' : `${parts.join(' · ')} in 24 h.`;
}

export function refusedWords({ lastDay }: Policy): readonly string[] {
  return (lastDay?.refused ?? []).map((one) => `${one.count} × ${spaced(one.reason)}`);
}

const MOST_PROBLEMS = 20;

/** The controller joins problems by "; ": each begins with a path, or says how many more there are. */
const NEXT_PROBLEM = /; (?=[\w.[\]-]+: |and \d+ more)/;

/** What is wrong with it, a line each: "spec.detectors[0].type: …". */
export function problemsOf({ accepted }: Policy): readonly string[] {
  if (accepted === null || accepted.holds) return [];
  const lines = accepted.message.split(NEXT_PROBLEM).map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(0, MOST_PROBLEMS)
    .map((line) => shortened(line, 300));
}

/** One name may stand for two: what is in force, and another file that was not accepted. The latter gets another key. */
export function keyed(policies: readonly Policy[]): readonly Policy[] {
  const inForce = new Set(policies.filter((policy) => !isShadow(policy)).map((policy) => policy.name));
  return policies.map((policy) =>
    isShadow(policy) && inForce.has(policy.name)
      ? { ...policy, key: `${policy.name} (${policy.source ?? ''})` }
      : policy,
  );
}

function isShadow({ accepted, inForce }: Policy): boolean {
  return accepted?.holds === false && inForce?.holds !== true;
}

/** Of a file of which nothing is in force. */
export function notInForceText(policy: Policy): string {
  return policy.inForce?.holds === true ? '' : 'Nothing of it is in force.';
}

export function detectorText(one: Detector): string {
  if (one.percentOfLimit === null) return one.type;
  const clear = one.clearPercent === null ? '' : `, until below ${one.clearPercent} %`;
  const long = one.forSeconds === null ? '' : ` for ${setSpan(one.forSeconds)}`;
  const what = one.signal === 'PSI' ? 'of the time waiting for memory' : 'of the limit not reclaimable';
  return `${one.type}: ${one.percentOfLimit} % ${what}${long}${clear}`;
}

export function actionText(action: PolicyAction): string {
  const rungs = action.ladder.map(
    (rung) =>
      `${rung.act}${rung.minFreedBytes === null ? '' : ` (≥ ${sizeText(rung.minFreedBytes)} in ${setSpan(rung.verifyAfterSeconds)})`}`,
  );
  const calm = action.cooldownSeconds === null ? '' : `; then ${setSpan(action.cooldownSeconds)} of rest`;
  return `${rungs.join(', then ')}${calm}`;
}

/** Precedences go to 10,000. */
const LAST = 1e6;

/** What was not accepted first, then as they rule. */
export function sortedPolicies(policies: Iterable<Policy>): readonly Policy[] {
  return [...policies].toSorted(
    (a, b) =>
      Number(policyState(b) === 'Rejected') - Number(policyState(a) === 'Rejected') ||
      (a.precedence ?? LAST) - (b.precedence ?? LAST) ||
      (a.name < b.name ? -1 : Number(a.name > b.name)),
  );
}
