import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Holder } from '#contracts/ledger';
import { processRow } from '../test/objects.js';
import { BETWEEN, HIGH, kinds, LOW, PERIOD, SampledNode } from '../test/sampled-node.js';
import { MAX_TRACKED } from './node-memory.js';

interface Sampled {
  readonly held: number;
  readonly deltaMs: number;
}

/** By how much the node's own samples fall short of forSeconds when it is confirmed: a model of its own. */
function earlyBy(node: SampledNode, confirmedOnce: () => void): (step: Sampled) => number {
  let aboveSinceMs: number | null = null;
  let lastMs = -Infinity;
  return ({ held, deltaMs }) => {
    const at = node.atMs;
    const isConfirmed = kinds(node.holds(held)).includes('Confirm');
    node.atMs = at + deltaMs;
    if (at !== lastMs) {
      const isContinued = at > lastMs && at - lastMs <= 3 * PERIOD;
      aboveSinceMs = held === HIGH ? ((isContinued ? aboveSinceMs : null) ?? at) : null;
    }
    lastMs = at;
    if (!isConfirmed) return 0;
    confirmedOnce();
    return 60_000 - (at - (aboveSinceMs ?? at));
  };
}

describe('clocks and gaps', () => {
  it('a gap of more than three periods starts the count anew', () => {
    const node = new SampledNode();
    node.holds(HIGH, 6);
    node.atMs += 3 * PERIOD;
    expect(kinds(node.holds(HIGH, 12))).not.toContain('Confirm');
    expect(kinds(node.holds(HIGH))).toContain('Confirm');
  });

  it('two missed samples do not', () => {
    const node = new SampledNode();
    node.holds(HIGH, 6);
    node.atMs += 2 * PERIOD;
    expect(kinds(node.holds(HIGH, 5))).toEqual(['Confirm']);
  });

  it('a clock that jumps ahead does not confirm', () => {
    const node = new SampledNode();
    node.holds(HIGH, 2);
    node.atMs += 3_600_000;
    expect(kinds(node.holds(HIGH, 12))).not.toContain('Confirm');
  });

  it('a clock that goes back starts the count anew', () => {
    const node = new SampledNode();
    node.holds(HIGH, 11);
    node.atMs -= 3_600_000;
    expect(kinds(node.holds(HIGH, 12))).not.toContain('Confirm');
    expect(kinds(node.holds(HIGH))).toContain('Confirm');
  });

  it('two samples that are far apart are not two in a row', () => {
    const node = new SampledNode();
    node.holds(HIGH);
    node.atMs += 10 * PERIOD;
    expect(node.holds(HIGH)).toEqual([]);
    expect(kinds(node.holds(HIGH))).toEqual(['Suspect']);
  });

  it('the same ledger twice changes nothing', () => {
    const node = new SampledNode();
    node.holds(HIGH);
    node.atMs -= PERIOD;
    expect(node.holds(HIGH)).toEqual([]);
    expect(kinds(node.holds(HIGH))).toEqual(['Suspect']);
  });

  it('is never confirmed early, whatever the clock and the values do', () => {
    const step = fc.record({
      held: fc.oneof({ weight: 30, arbitrary: fc.constant(HIGH) }, fc.constantFrom(BETWEEN, LOW)),
      deltaMs: fc.oneof(
        { weight: 30, arbitrary: fc.constant(PERIOD) },
        { weight: 1, arbitrary: fc.integer({ min: -100_000, max: 100_000 }) },
      ),
    });
    let confirms = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 80 }), (steps) => {
        const early = steps.map(earlyBy(new SampledNode(), () => (confirms += 1)));
        expect(early.filter((ms) => ms > 0)).toEqual([]);
      }),
      { numRuns: 500, seed: 4 },
    );
    expect(confirms).toBeGreaterThan(50);
  });
});

describe('bounds', () => {
  it('remembers MAX_TRACKED of a node, says how many more there are, and forgets none that has an object', () => {
    const node = new SampledNode();
    const rows = Array.from({ length: MAX_TRACKED + 5 }, (_, i) => processRow(i + 1, HIGH));
    expect(node.sample(rows).untracked).toBe(5);
    expect(node.sample(rows).changes).toHaveLength(MAX_TRACKED);
    const others = rows.map((row) => ({ ...row, id: `process:9${row.id}`, pid: row.pid! + 100_000 }));
    const { changes, untracked } = node.sample([...others, ...rows]);
    expect([changes.length, untracked, node.memory.size]).toEqual([0, MAX_TRACKED + 10, MAX_TRACKED]);
  });

  it('10,000 findings are cleared at once, each once', () => {
    const node = new SampledNode();
    const rows = (held: number): Holder[] =>
      Array.from({ length: 10_000 }, (_, i) => processRow(i + 1, held));
    node.sample(rows(HIGH));
    expect(new Set(node.sample(rows(HIGH)).changes.map(({ finding }) => finding.name)).size).toBe(10_000);
    expect(new Set(kinds(node.sample(rows(LOW)).changes))).toEqual(new Set(['Clear']));
    expect(node.memory.size).toBe(0);
  });
});
