import { describe, expect, it } from '@jest/globals';
import { systemClock } from '#contracts/clock';
import type { QueuePriority } from '#contracts/cleanup';
import type { NodeReport } from '#contracts/report';
import { someReport } from '#testing';
import { ReportDesk } from './report-desk.js';

const CLOCK = { ...systemClock, monotonicMs: () => 0 };

function desk(urgent: ReadonlySet<string> = new Set()) {
  const looks: { readonly report: NodeReport; readonly end: () => void; readonly fail: () => void }[] = [];
  const failures: string[] = [];
  const made = new ReportDesk({
    look: (report) =>
      new Promise((resolve, reject) => {
        looks.push({ report, end: resolve, fail: () => reject(new TypeError('no')) });
      }),
    urgency: ({ ledger }): QueuePriority => (urgent.has(ledger.node) ? 'Critical' : 'Low'),
    onFailure: (node) => failures.push(node),
    clock: CLOCK,
    atOnce: 2,
  });
  return { made, looks, failures };
}

const report = (node: string, takenAtMs = 1): NodeReport => someReport({ node, takenAtMs, rows: 0 });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('reports that wait to be looked at', () => {
  it('are the newest of each node, and of one node nothing overlaps', async () => {
    const { made, looks } = desk();
    for (const takenAtMs of [1, 2, 3, 4]) made.offer(report('a', takenAtMs));
    expect([looks.length, made.waiting, made.skipped]).toEqual([1, 1, 2]);
    looks[0]!.end();
    await turn();
    expect(looks.map((each) => each.report.ledger.takenAtMs)).toEqual([1, 4]);
    looks[1]!.end();
    await made.idle();
    expect([looks.length, made.waiting]).toEqual([2, 0]);
  });

  it('are bounded by the number of nodes, and so many are looked at at once', () => {
    const { made, looks } = desk();
    for (let i = 0; i < 5000; i += 1) made.offer(report(`n${i % 50}`));
    expect([looks.length, made.waiting]).toEqual([2, 50]);
  });

  it('of the hardest pressed node come first', async () => {
    const { made, looks } = desk(new Set(['pressed']));
    for (const node of ['a', 'b', 'c', 'd', 'pressed']) made.offer(report(node));
    looks[0]!.end();
    await turn();
    expect(looks[2]!.report.ledger.node).toBe('pressed');
  });

  it('that fail are told and hold up nobody', async () => {
    const { made, looks, failures } = desk();
    made.offer(report('a'));
    made.offer(report('a', 2));
    looks[0]!.fail();
    await turn();
    expect([failures, looks.length]).toEqual([['a'], 2]);
  });
});
