import { describe, expect, it } from '@jest/globals';
import { rfc3339, type MemoryCleanup } from '#api';
import { cleanupOf, HOUR, NOW, policyOf, targetFor } from '../test/objects.js';
import { breakerAfter } from './breaker.js';

const limits = policyOf().spec.limits;

function acted(node: string, completed: string | null = 'Freed', createdAtMs = NOW - 60_000): MemoryCleanup {
  const steps = [
    { index: 0, type: 'Notify' as const, state: 'Verified' as const, issuedAt: rfc3339(createdAtMs) },
  ];
  return cleanupOf({ completed, createdAtMs, spec: { target: targetFor(7, { node }) }, status: { steps } });
}
const touching = (count: number): MemoryCleanup[] => Array.from({ length: count }, (_, i) => acted(`n${i}`));
const opens = (cleanups: readonly MemoryCleanup[], nodes: number): boolean =>
  breakerAfter(cleanups, limits, nodes, NOW) !== null;

describe('breakerAfter', () => {
  it('opens on more nodes than are allowed, by number and by share; one is always allowed', () => {
    expect(opens(touching(10), 1000)).toBe(false);
    expect(opens(touching(11), 1000)).toBe(true);
    expect(opens(touching(2), 10)).toBe(false);
    expect(opens(touching(3), 10)).toBe(true);
    expect(opens([...touching(1), ...touching(1)], 1)).toBe(false);
    expect(opens(touching(2), 1)).toBe(true);
  });

  it('opens on three outcomes that nobody knows', () => {
    const unknown = [acted('a', 'Unknown'), acted('a', 'Unknown')];
    expect(opens(unknown, 100)).toBe(false);
    expect(breakerAfter([...unknown, acted('a', 'Unknown')], limits, 100, NOW)).toEqual({
      openedAtMs: NOW,
      reason: 'nobody knows what became of 3 cleanups within an hour',
    });
  });

  it('counts the last hour, also what a clock that was set back left in the future', () => {
    const old = [1, 2, 3].map(() => acted('a', 'Unknown', NOW - HOUR));
    expect(opens(old, 100)).toBe(false);
    expect(
      opens(
        [1, 2, 3].map(() => acted('a', 'Unknown', NOW + HOUR)),
        100,
      ),
    ).toBe(true);
  });

  it('counts nothing that never sent an order', () => {
    const planned = Array.from({ length: 20 }, (_, i) =>
      cleanupOf({ completed: 'Cancelled', spec: { target: targetFor(7, { node: `n${i}` }) } }),
    );
    expect(opens(planned, 10)).toBe(false);
  });
});
