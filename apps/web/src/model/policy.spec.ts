import { describe, expect, it } from '@jest/globals';
import { NOON_MS, policy } from '../../test/objects.js';
import {
  actionText,
  detectorText,
  lastDayText,
  keyed,
  policyState,
  policyWord,
  problemsOf,
  refusedWords,
  rulesText,
  sortedPolicies,
} from './policy.js';

const rejected = (message: string): ReturnType<typeof policy> =>
  policy({ accepted: { reason: 'Invalid', message, atMs: NOON_MS, holds: false } });

describe('a policy', () => {
  it('is in force, observes, is paused, is shadowed or was not accepted', () => {
    expect(policyWord(policy())).toBe('In force');
    expect(policyWord(policy({ mode: 'Observe' }))).toBe('Observes');
    expect(policyWord(policy({ paused: true }))).toBe('Paused');
    expect(policyWord(policy({ rules: { targets: 0, shadowed: 4, shadowedBy: ['x'] } }))).toBe('Shadowed');
    expect(policyState(policy({ rules: { targets: 1, shadowed: 4, shadowedBy: ['x'] } }))).toBe('InForce');
    expect(policyWord(rejected('x'))).toBe('Not accepted');
  });

  it('says each problem on its own line, and leaves semicolons of the words alone', () => {
    const message =
      'spec.detectors[0].type: Orphan is not supported; use Pressure; spec.match: must not be empty; and 3 more. The last good generation stays in force.';
    expect(problemsOf(rejected(message))).toEqual([
      'spec.detectors[0].type: Orphan is not supported; use Pressure',
      'spec.match: must not be empty',
      'and 3 more. The last good generation stays in force.',
    ]);
    expect(problemsOf(policy())).toEqual([]);
  });

  it('a file without anything in force has a key of its own beside one that has its name', () => {
    const file = { ...rejected('x'), inForce: null, source: '/p/b.yaml' };
    expect(keyed([policy(), file]).map((one) => one.key)).toEqual(['caches', 'caches (/p/b.yaml)']);
    expect(keyed([file]).map((one) => one.key)).toEqual(['caches']);
    expect(keyed([rejected('x')]).map((one) => one.key)).toEqual(['caches']);
  });

  it('says what it rules, who rules the rest, and what it did', () => {
    expect(rulesText(policy({ rules: { targets: 1, shadowed: 2, shadowedBy: ['a', 'b'] } }))).toBe(
      'Rules 1 target. 2 targets shadowed by a, b.',
    );
    expect(rulesText(policy({ rules: null }))).toBe('What it rules is not known yet.');
    const lastDay = {
      wouldAct: 1,
      acted: 2,
      freedBytes: 2 ** 30,
      refused: [{ reason: 'NotAllowedHere', count: 3 }],
    };
    expect(lastDayText(policy({ lastDay }))).toBe(
      '2 acts, 1.0 GiB freed · 1 would have · 3 refused in 24 h.',
    );
    expect(refusedWords(policy({ lastDay }))).toEqual(['3 × Not allowed here']);
    expect(lastDayText(policy())).toBe('Nothing done in 24 h.');
  });

  it('says what it looks for and what it does', () => {
    const [detector] = policy().detectors;
    expect(detector === undefined ? '' : detectorText(detector)).toBe(
      'Pressure: 90 % of the limit not reclaimable for 60 s, until below 80 %',
    );
    const ladder = [{ act: 'Notify SIGUSR2', verifyAfterSeconds: 60, minFreedBytes: 2 ** 30 }];
    expect(actionText({ detectors: ['press'], ladder, cooldownSeconds: 1800, maxIneffective: 2 })).toBe(
      'Notify SIGUSR2 (≥ 1.0 GiB in 60 s); then 30 min of rest',
    );
  });

  it('stands in the order in which it rules, what was not accepted first', () => {
    const all = [
      policy({ name: 'b' }),
      policy({ name: 'c', precedence: 5 }),
      { ...rejected('x'), name: 'z' },
      policy({ name: 'a' }),
    ];
    expect(sortedPolicies(all).map((one) => one.name)).toEqual(['z', 'c', 'a', 'b']);
  });
});
