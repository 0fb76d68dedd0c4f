import { assertDeviceLedger } from '#contracts/ledger';
import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../harness/statistics.js';
import { SimulatedNode } from './node.js';

const rowsOf = (node: SimulatedNode) => node.report(0).ledger.devices[0]!.holders;

describe('SimulatedNode', () => {
  it('has the rows that were asked for and adds up, before and after each change', () => {
    const node = new SimulatedNode({ name: 'n', rows: 300, random: seededRandom(1) });
    for (let step = 0; step < 50; step++) {
      assertDeviceLedger(node.report(step).ledger.devices[0]!);
      node.change(0.05);
    }
    expect(rowsOf(node)).toHaveLength(300);
  });

  it('changes about the share of rows that was asked for', () => {
    const node = new SimulatedNode({ name: 'n', rows: 300, random: seededRandom(2) });
    const before = new Map(rowsOf(node).map((row) => [row.id, row.bytes]));
    node.change(0.05);
    const changed = rowsOf(node).filter((row) => before.get(row.id) !== row.bytes).length;
    expect(changed).toBeGreaterThanOrEqual(12);
    expect(changed).toBeLessThanOrEqual(16);
  });
});
