import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { QueuePriority } from '#contracts/cleanup';
import { PRIORITIES, PriorityQueue, virtualStartMs } from './index.js';

function rig(capacity = 1000) {
  const time = { ms: 0 };
  const clock = { nowMs: () => time.ms, monotonicMs: () => time.ms };
  return { time, queue: new PriorityQueue<string>(clock, capacity) };
}

describe('a priority queue', () => {
  it('gives the urgent first, and the older of two that are alike', () => {
    const { queue } = rig();
    for (const [name, priority] of [
      ['l', 'Low'],
      ['n1', 'Normal'],
      ['n2', 'Normal'],
      ['c', 'Critical'],
      ['h', 'High'],
    ] as const)
      queue.offer(name, priority);
    expect(Array.from({ length: 5 }, () => queue.poll())).toEqual(['c', 'h', 'n1', 'n2', 'l']);
    expect(queue.poll()).toBeUndefined();
  });

  it('lets a low one overtake a critical that came two hours later', () => {
    const { time, queue } = rig();
    queue.offer('low', 'Low');
    time.ms = 7_200_000 - 1;
    queue.offer('just before', 'Critical');
    time.ms += 2;
    queue.offer('just after', 'Critical');
    expect([queue.poll(), queue.poll(), queue.poll()]).toEqual(['just before', 'low', 'just after']);
  });

  it('is bounded', () => {
    const { queue } = rig(2);
    expect([1, 2, 3].map((n) => queue.offer(String(n), 'Critical'))).toEqual([true, true, false]);
    expect(queue.length).toBe(2);
  });

  it('orders like a sort by virtual start, whatever comes and goes', () => {
    const step = fc.record({
      priority: fc.constantFrom<QueuePriority>(...PRIORITIES),
      afterMs: fc.nat(4_000_000),
      takes: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { time, queue } = rig();
        let model: { name: string; startMs: number }[] = [];
        for (const [n, { priority, afterMs, takes }] of steps.entries()) {
          time.ms += afterMs;
          queue.offer(String(n), priority);
          model.push({ name: String(n), startMs: virtualStartMs(time.ms, priority) });
          model = model.toSorted((a, b) => a.startMs - b.startMs);
          for (let i = 0; i < takes; i += 1) expect(queue.poll()).toBe(model.shift()?.name);
        }
        while (model.length > 0) expect(queue.poll()).toBe(model.shift()?.name);
      }),
    );
  });
});
