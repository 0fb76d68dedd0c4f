import { describe, expect, it } from '@jest/globals';
import type { QueuePriority } from '#contracts/cleanup';
import { systemClock } from '#contracts/clock';
import { Busy, Cleaner, Gone, type CleanupTask } from './index.js';

interface Task extends CleanupTask {
  readonly n: number;
}
const task = (n: number, target = `t${n}`, priority: QueuePriority = 'Normal'): Task => ({
  node: 'node-a',
  target,
  priority,
  n,
});

/** A cleaner whose groups end when they are told to. */
function rig(options: { concurrency?: number; capacity?: number } = {}) {
  const groups: number[][] = [];
  const gates: PromiseWithResolvers<undefined>[] = [];
  let isOpen = false;
  const cleaner = new Cleaner<Task>({
    clock: systemClock,
    ...options,
    clean: async (group) => {
      groups.push(group.map(({ n }) => n));
      const gate = Promise.withResolvers<undefined>();
      gates.push(gate);
      if (!isOpen) await gate.promise;
    },
  });
  const open = (): void => {
    isOpen = true;
    for (const gate of gates) gate.resolve(undefined);
  };
  return { cleaner, groups, gates, open };
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
};

describe('a cleaner', () => {
  it('does the urgent first, each by itself while little waits', async () => {
    const { cleaner, groups, open } = rig({ concurrency: 1 });
    const done = [
      cleaner.submit(task(0, 'x')),
      cleaner.submit(task(1, 'x', 'Low')),
      cleaner.submit(task(2, 'x', 'Critical')),
    ];
    await turns();
    expect(groups).toEqual([[0]]);
    open();
    await Promise.all(done);
    expect(groups).toEqual([[0], [2], [1]]);
    await cleaner[Symbol.asyncDispose]();
  });

  it('does those of one target and node together when many wait', async () => {
    const { cleaner, groups, open } = rig({ concurrency: 1 });
    const done = Array.from({ length: 60 }, (_, n) => cleaner.submit(task(n, `t${n % 2}`)));
    open();
    await Promise.all(done);
    await cleaner[Symbol.asyncDispose]();
    expect(groups.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(groups.length).toBeLessThanOrEqual(4);
  });

  it('does not gather under pressure, and more at once', async () => {
    const { cleaner, groups, open } = rig({ concurrency: 2 });
    cleaner.setConditions({ pressure: 'full', hasFailed: false });
    const done = Array.from({ length: 60 }, (_, n) => cleaner.submit(task(n, 't')));
    await turns();
    expect(groups).toHaveLength(8);
    open();
    await Promise.all(done);
    expect(groups.every((group) => group.length === 1)).toBe(true);
    await cleaner[Symbol.asyncDispose]();
  });

  it('says what went wrong to whom it concerns, counts it, and refuses what is too much', async () => {
    const { cleaner, gates, open } = rig({ concurrency: 1, capacity: 1 });
    const first = cleaner.submit(task(0));
    await turns();
    const second = cleaner.submit(task(1));
    await expect(cleaner.submit(task(2))).rejects.toThrow(Busy);
    gates[0]?.reject(new RangeError('no'));
    await expect(first).rejects.toThrow(RangeError);
    open();
    await second;
    expect(cleaner.health.score).toBeLessThan(100);
    await cleaner[Symbol.asyncDispose]();
    await expect(cleaner.submit(task(3))).rejects.toThrow(Gone);
  });

  it('answers everybody before it ends', async () => {
    const { cleaner, groups, open } = rig();
    const done = Array.from({ length: 20 }, (_, n) => cleaner.submit(task(n)));
    open();
    await cleaner[Symbol.asyncDispose]();
    await Promise.all(done);
    expect(groups.flat()).toHaveLength(20);
  });
});
