import { describe, expect, it } from '@jest/globals';
import type { MemoryPolicy } from '#api';
import { condition, NOW_MS, policy } from '../../test/objects.js';
import { inPrecedence, policyInFull, policyTable } from './policy-view.js';

const WIDE = { columns: 80, nowMs: NOW_MS };

describe('policies', () => {
  // As the controller shows a file that was never accepted: without a spec.
  const broken = policy('broken', {
    spec: undefined as never,
    status: {
      conditions: [
        condition('Accepted', 'Invalid', { status: 'False', message: 'spec.match: empty\nspec.x: what' }),
      ],
    },
  });

  it('are a table in the order in which they are asked', () => {
    const shadowed = policy('z', {
      status: { rules: { pods: 0, shadowed: 3, shadowedBy: ['cache-server'] } },
    });
    expect(policyTable(inPrecedence([broken, shadowed, policy('cache-server')]), WIDE)).toEqual([
      'POLICY        MODE     RANK  TARGETS  ACTED/DAY    FREED  STATE',
      'cache-server  Enforce  1000        1          2  900 MiB  in force',
      'z             Enforce  1000        0          –        –  in force, 3 ruled by',
      '                                                          others',
      'broken        –           –        –          –        –  refused: it is not',
      '                                                          valid',
    ]);
  });

  it.each<[string, Partial<NonNullable<MemoryPolicy['status']>>]>([
    ['in force, nothing here matches', { rules: { pods: 0, shadowed: 0, shadowedBy: [] } }],
    [
      'in force, but refused: the process has no handler for the signal',
      { lastDay: { wouldAct: 0, acted: 0, freedBytes: 0, refused: [{ reason: 'NoHandler', count: 2 }] } },
    ],
    ['does not act: acts are off', { conditions: [condition('Enforcing', 'ActsOff', { status: 'False' })] }],
  ])('that never act say "%s"', (state, status) => {
    const given = policy('p');
    expect(policyInFull({ ...given, status: { ...given.status, ...status } }, WIDE)).toContain(
      `  state         ${state}`,
    );
  });

  it('are shown in full: what they rule, what they did, why not', () => {
    expect(policyInFull(policy('cache-server'), WIDE)).toEqual([
      'cache-server',
      '  state         in force',
      '  from          /p/cache-server.yaml',
      '  generation    3',
      '  mode          Enforce, precedence 1000',
      '  match         processes mw-cache',
      '  detector      full (Pressure): NonReclaimable ≥ 90 % for 30 s, over below 80 %',
      '  action        full: send SIGUSR2 and measure after 10 s (64Mi wanted)',
      '                cooldown 600 s, ends after 2 ineffective, priority Normal',
      '  rules         1 target',
      '  last day      acted 2, freed 900 MiB',
      '                would have acted 0',
      '                1 refused (the process has no handler for the signal)',
      '',
      'conditions',
      '  accepted      True, Valid',
      '                since 2026-11-21 14:04:00Z (60s ago)',
      '  inforce       True, Newest',
      '                since 2026-11-21 14:04:00Z (60s ago)',
    ]);
    expect(policyInFull(broken, WIDE)).toContain('                spec.x: what');
  });
});
