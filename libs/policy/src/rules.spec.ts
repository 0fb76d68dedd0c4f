import { describe, expect, it } from '@jest/globals';
import type { DecisionInput } from './decision.js';
import { caseOf } from './case.js';
import { decide } from './decide.js';
import { RULES } from './rules.js';
import { allowedInput, RULE_CASES } from '../test/situations.js';

/** Names of the rules that would apply if they were asked, in their order. */
function applying(input: DecisionInput): string[] {
  return RULES.filter(({ rule }) => rule(caseOf(input)) !== null).map(({ name }) => name);
}

describe('the rules', () => {
  it('stand in this order', () => {
    expect(RULES.map(({ name }) => name)).toEqual(RULE_CASES.map(({ rule }) => rule));
  });

  it('none applies where nothing is against it', () => {
    expect(applying(allowedInput())).toEqual([]);
    expect(decide(allowedInput())).toMatchObject({ kind: 'Act', reason: 'Allowed' });
  });

  it.each(RULE_CASES.map((each) => [each.rule, each] as const))(
    '%s decides alone',
    (_, { rule, kind, reason, apply }) => {
      const input = apply(allowedInput());
      expect(applying(input)[0]).toBe(rule);
      expect(decide(input)).toMatchObject({ kind, reason });
    },
  );

  it('of every two that apply the earlier one decides', () => {
    let pairs = 0;
    for (const [i, first] of RULE_CASES.entries())
      for (const second of RULE_CASES.slice(i + 1)) {
        for (const input of [
          second.apply(first.apply(allowedInput())),
          first.apply(second.apply(allowedInput())),
        ]) {
          const names = applying(input);
          if (!names.includes(first.rule) || !names.includes(second.rule)) continue;
          expect([first.rule, second.rule, decide(input).reason]).toEqual([
            first.rule,
            second.rule,
            first.reason,
          ]);
          pairs += 1;
        }
      }
    // All 136 pairs in both orders, but the few of which one takes away what the other needs.
    expect(pairs).toBeGreaterThanOrEqual(240);
  });

  it('all at once: the first; without it the second, and so on', () => {
    for (const [i, expected] of RULE_CASES.entries()) {
      const rest = RULE_CASES.slice(i).filter(({ rule }) => rule !== 'action' || expected.rule === 'action');
      const input = rest.reduceRight((made, { apply }) => apply(made), allowedInput());
      expect(decide(input).reason).toBe(expected.reason);
    }
  });

  it('every decision has words for people, and every rule a reason to stand where it does', () => {
    for (const { apply } of RULE_CASES)
      expect(decide(apply(allowedInput())).message).toMatch(/^[A-Z0-9].{10,200}\.$/);
    for (const { why } of RULES) expect(why.length).toBeGreaterThan(10);
  });
});
