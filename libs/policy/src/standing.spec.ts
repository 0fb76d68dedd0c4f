import { describe, expect, it } from '@jest/globals';
import { cleanupOf, HOUR, NOW, policyOf } from '../test/objects.js';
import { standing, type Standing } from './standing.js';

const reasonOf = (change: Partial<Standing> = {}): string | undefined =>
  standing({
    cleanup: cleanupOf(),
    policy: policyOf(),
    mode: 'Enforce',
    owner: { kind: 'None' },
    nowMs: NOW,
    ...change,
  })?.reason;
const { policyRef: _policyRef, ...byHand } = cleanupOf().spec;
const protect = {
  kind: 'Known',
  voices: [{ labels: { 'memwarden.dev/protected': 'true' }, annotations: {} }],
} as const;

describe('standing', () => {
  it.each<readonly [string, Partial<Standing>, string | undefined]>([
    ['unchanged: orders may be sent', {}, undefined],
    ['removed', { policy: null }, 'UnknownPolicy'],
    ['edited', { policy: policyOf({}, { generation: 2 }) }, 'UnknownPolicy'],
    ['written anew', { policy: policyOf({}, { uid: 'other' }) }, 'UnknownPolicy'],
    ['not enforced any more', { policy: policyOf({ mode: 'DryRun' }) }, 'NotEnforced'],
    ['paused', { policy: policyOf({ paused: true }) }, 'NotEnforced'],
    ['restricted by another level', { mode: 'Observe' }, 'NotEnforced'],
    ['protected since', { owner: protect }, 'Protected'],
    ['of an owner that nobody knows', { owner: { kind: 'Unknown' } }, 'Protected'],
    [
      'a DryRun that somebody made open',
      { cleanup: { ...cleanupOf(), spec: { ...cleanupOf().spec, mode: 'DryRun' } } },
      'NotEnforced',
    ],
    [
      'protected longer than the cap',
      { owner: protect, cleanup: cleanupOf({ createdAtMs: NOW - 24 * HOUR }) },
      undefined,
    ],
    [
      'by hand: has no policy to lose',
      { policy: null, cleanup: { ...cleanupOf(), spec: byHand } },
      undefined,
    ],
    [
      'by hand: still restricted',
      { policy: null, mode: 'DryRun', cleanup: { ...cleanupOf(), spec: byHand } },
      'NotEnforced',
    ],
  ])('%s', (_, change, expected) => {
    expect(reasonOf(change)).toBe(expected);
  });
});
