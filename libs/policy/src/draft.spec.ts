import { describe, expect, it } from '@jest/globals';
import { rfc3339, validateCleanup } from '#api';
import { findingFor, HOUR, NOW, policyOf, STEP, targetFor } from '../test/objects.js';
import { allowedInput } from '../test/situations.js';
import { decide } from './decide.js';
import { draftByHand, draftCleanup, type DraftInput } from './draft.js';

function input(mode: 'DryRun' | 'Enforce', cleanups = 0): DraftInput {
  const policy = policyOf({ mode });
  const finding = findingFor(policy, targetFor(), { cleanups });
  const decision = decide(allowedInput({ policy, finding }));
  if (decision.kind !== 'Act' && decision.kind !== 'WouldAct') throw new Error(decision.message);
  return { policy, finding, decision, nowMs: NOW };
}

describe('draftCleanup', () => {
  it('copies what was decided, names who did, and has a deadline', () => {
    const draft = draftCleanup(input('Enforce'));
    const { metadata, spec } = input('Enforce').finding;
    expect(draft).toMatchObject({
      metadata: { name: `${metadata.name}-1`, creationTimestamp: rfc3339(NOW) },
      spec: {
        target: spec.target,
        findingRef: { name: metadata.name },
        policyRef: spec.policyRef,
        mode: 'Enforce',
        ladder: [STEP],
        queuePriority: 'Normal',
        deadline: rfc3339(NOW + HOUR + 180_000),
      },
      status: {
        steps: [{ index: 0, type: 'Notify', state: 'Pending' }],
        freedBytes: 0,
        requestedBy: 'policy/caches',
        conditions: [],
      },
    });
  });

  it('the same decision has the same name; the next cleanup another one', () => {
    expect(draftCleanup(input('Enforce'))).toEqual(draftCleanup(input('Enforce')));
    expect(draftCleanup(input('Enforce', 4)).metadata.name).toMatch(/-5$/);
  });

  it('in DryRun it is closed, and says what would have been done', () => {
    expect(draftCleanup(input('DryRun')).status.conditions).toMatchObject([
      {
        type: 'Completed',
        status: 'True',
        reason: 'DryRun',
        message: '95.0 GiB cannot be reclaimed (95 %): it would be done, in DryRun it is only said.',
      },
    ]);
  });

  it('is what the CRD takes', () => {
    for (const mode of ['DryRun', 'Enforce'] as const)
      expect(validateCleanup(draftCleanup(input(mode)))).toMatchObject({ ok: true });
    const request = {
      target: targetFor(),
      ladder: [STEP],
      queuePriority: 'High',
      by: 'anna',
      reason: 'full',
      nowMs: NOW,
    } as const;
    for (const mode of ['DryRun', 'Enforce'] as const)
      expect(validateCleanup(draftByHand({ ...request, mode }))).toMatchObject({ ok: true });
  });
});

describe('draftByHand', () => {
  const request = {
    target: targetFor(),
    mode: 'Enforce',
    ladder: [STEP],
    queuePriority: 'High',
    by: 'anna',
    nowMs: NOW,
  } as const;

  it('has no policy and no finding, and says who asked and why', () => {
    const { spec, status } = draftByHand({ ...request, reason: 'before the release' });
    expect([spec.policyRef, spec.findingRef]).toEqual([undefined, undefined]);
    expect([spec.reason, status.requestedBy]).toEqual(['before the release', 'anna']);
    expect(draftByHand(request).spec).not.toHaveProperty('reason');
  });

  it('each has a name of its own', () => {
    const names = [request, { ...request, nowMs: NOW + 1 }, { ...request, target: targetFor(8) }].map(
      (each) => draftByHand(each).metadata.name,
    );
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^by-hand-[0-9a-f]{12}-[0-9a-z]+$/);
  });

  it('in DryRun it is closed', () => {
    expect(draftByHand({ ...request, mode: 'DryRun' }).status.conditions).toMatchObject([
      { reason: 'DryRun' },
    ]);
  });
});
