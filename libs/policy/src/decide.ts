/*
 * The decision about one finding, or one person's request: the first of the RULES that applies.
 */
import { caseByHand, caseOf, modeOf, type Case } from './case.js';
import type { ByHandInput, CleanupDecision, DecisionInput, Plan } from './decision.js';
import { RULES } from './rules.js';
import { bytesInWords, percentInWords } from './words.js';

/** The first rule that applies decides; none: Act, or WouldAct in DryRun. */
export function decide(input: DecisionInput): CleanupDecision {
  const each = caseOf(input);
  const plan = { ladder: each.ladder, queuePriority: each.ruled?.action?.queuePriority ?? 'Normal' };
  const { bytes, percent } = input.finding.status;
  const what = bytes === null ? 'The finding is confirmed' : `${bytesInWords(bytes)} cannot be reclaimed`;
  return (
    byRules(each) ??
    allowed(each, plan, `${what}${percent === undefined ? '' : ` (${percentInWords(percent)})`}`)
  );
}

/** A person's request: the rules that protect owner and machine hold for it too, budgets, windows and cooldown do not. */
export function decideByHand(input: ByHandInput): CleanupDecision {
  const each = caseByHand(input);
  return (
    byRules(each) ?? allowed(each, { ladder: input.ladder, queuePriority: 'High' }, 'A person asks for it')
  );
}

function byRules(each: Case): CleanupDecision | null {
  for (const { rule } of RULES) {
    const decision = rule(each);
    if (decision !== null) return decision;
  }
  return null;
}

function allowed(each: Case, plan: Plan, what: string): CleanupDecision {
  return modeOf(each) === 'Enforce'
    ? { kind: 'Act', reason: 'Allowed', message: `${what}, and no rule is against it.`, ...plan }
    : {
        kind: 'WouldAct',
        reason: 'DryRun',
        message: `${what}: it would be done, in DryRun it is only said.`,
        ...plan,
      };
}
