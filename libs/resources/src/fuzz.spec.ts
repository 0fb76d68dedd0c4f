import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { fuzz } from '../test/fuzz.js';

jest.setTimeout(60_000);

describe('random lives with faults', () => {
  it('lose nothing, do nothing twice, hide nothing, leave nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 1 }), async (seed) => {
        const tally = await fuzz(2000, lehmer(seed));
        expect(tally.faults).toBeGreaterThan(100);
        expect(tally).toMatchObject({ runs: 2000, lost: 0, doubled: 0, misheard: 0, disordered: 0 });
        expect(tally).toMatchObject({ leftBehind: 0, hidden: 0 });
      }),
      { numRuns: 3 },
    );
  });
});

/** Park and Miller's generator (CACM 31, 1988). */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
