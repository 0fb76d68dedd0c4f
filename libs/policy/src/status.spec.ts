import { describe, expect, it } from '@jest/globals';
import { rfc3339 } from '#api';
import type { ModeLevel } from '#contracts/mode';
import { cleanupOf, findingFor, HOUR, NOW, policyOf, targetFor } from '../test/objects.js';
import { effectiveMode, lastDay } from './status.js';

describe('effectiveMode', () => {
  const level = (name: ModeLevel['level'], mode: ModeLevel['mode']): ModeLevel => ({
    level: name,
    mode,
    reason: name,
  });

  it('is the least, and names the first that says so', () => {
    const levels = [
      level('installation', 'Enforce'),
      level('agent', 'Observe'),
      level('policy', 'DryRun'),
      level('pause', 'Observe'),
    ];
    expect(effectiveMode(levels)).toEqual({ mode: 'Observe', by: levels[1] });
    expect(effectiveMode(levels.slice(2, 3))).toMatchObject({ mode: 'DryRun', by: { level: 'policy' } });
  });

  it('nobody restricts: Enforce, by nobody', () => {
    expect(effectiveMode([])).toEqual({ mode: 'Enforce', by: null });
    expect(effectiveMode([level('agent', 'Enforce')])).toEqual({ mode: 'Enforce', by: null });
  });
});

describe('lastDay', () => {
  const step = { index: 0, type: 'Notify' } as const;
  const freed = cleanupOf({
    completed: 'Freed',
    status: { freedBytes: 5, steps: [{ ...step, state: 'Verified', outcome: 'Freed' }] },
  });
  const refused = cleanupOf({
    completed: 'Refused',
    status: { steps: [{ ...step, state: 'Refused', outcome: 'Refused', reason: 'NoHandler' }] },
  });
  const dryRun = cleanupOf({ completed: 'DryRun', spec: { mode: 'DryRun' } });
  const decision = (reason: string, kind = 'Refuse', atMs = NOW): ReturnType<typeof findingFor> =>
    findingFor(policyOf(), targetFor(), { decision: { kind, reason, message: '', at: rfc3339(atMs) } });

  it('counts by policy what was done, what would have been, what was freed and what was refused', () => {
    const other = cleanupOf({
      spec: { policyRef: { name: 'other', uid: 'o', generation: 1 } },
      status: { freedBytes: 3, steps: [{ ...step, state: 'Executed' }] },
    });
    const findings = [decision('Protected'), decision('NoHandler'), decision('Cooldown', 'Wait')];
    expect(Object.fromEntries(lastDay([freed, freed, refused, dryRun, other], findings, NOW))).toEqual({
      caches: {
        wouldAct: 1,
        acted: 2,
        freedBytes: 10,
        refused: [
          { reason: 'NoHandler', count: 2 },
          { reason: 'Protected', count: 1 },
        ],
      },
      other: { wouldAct: 0, acted: 1, freedBytes: 3, refused: [] },
    });
  });

  it('of a day, and of policies only', () => {
    const { policyRef: _policyRef, ...byHand } = freed.spec;
    const old = cleanupOf({ completed: 'Freed', createdAtMs: NOW - 24 * HOUR });
    expect(
      lastDay([old, { ...freed, spec: byHand }], [decision('Protected', 'Refuse', NOW - 24 * HOUR)], NOW)
        .size,
    ).toBe(0);
  });

  it('names as many reasons as the object takes, the most frequent first', () => {
    const findings = Array.from({ length: 40 }, (_, i) => decision(`R${i % 20}`)).concat(
      decision('Often'),
      decision('Often'),
      decision('Often'),
    );
    const refusals = lastDay([], findings, NOW).get('caches')!.refused;
    expect(refusals).toHaveLength(16);
    expect(refusals[0]).toEqual({ reason: 'Often', count: 3 });
  });
});
