import { describe, expect, it } from '@jest/globals';
import { agentsLevel, modeLevels } from './mode-levels.js';

const node = (mode: 'Observe' | 'DryRun' | 'Enforce', reason = 'Why.') => ({ mode, reason });

describe('what all nodes together would do', () => {
  it.each([
    ['no node is known', [], null],
    ['some would act', [node('Observe'), node('Enforce')], null],
    ['the only one says no', [node('Observe', 'STOP is there.')], ['Observe', 'STOP is there.']],
    ['none would act', [node('Observe'), node('DryRun')], ['DryRun', 'None of 2 nodes would act.']],
  ])('%s', (_, nodes, expected) => {
    const level = agentsLevel(nodes);
    expect(level === null ? null : [level.mode, level.reason]).toEqual(expected);
  });
});

describe('what a level says', () => {
  it.each(['release night', 'release night.', 'release night. '])('ends in one full stop: %j', (reason) => {
    const ok = { component: 'x', state: 'ok' } as const;
    const levels = modeLevels({
      installation: { mode: 'Enforce', reason: 'Free.' },
      pause: { by: 'ann', atMs: 0, reason },
      breaker: { openedAtMs: 0, reason: reason.trim() },
      store: ok,
      queue: ok,
    });
    for (const level of levels) expect(level.reason).not.toMatch(/\.\s*\.|\.\s\.| \.$/);
    expect(levels.map((each) => each.reason)).toContain('Open: release night.');
  });
});
