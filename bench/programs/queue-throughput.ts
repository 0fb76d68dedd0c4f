/*
 * queue.throughput in a process of its own. Arguments: Redis URL, how many runs. Each run has a queue of its own: first
 * it is filled, then its worker empties it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { MIB } from '#contracts/units';
import { BullCleanupQueue } from '#queue';
import { PRIORITIES } from '#resources';

/** Less than the queue takes at once. */
const JOBS = 5000;
const UNDER_WAY = 64;
const [url = '', runs] = process.argv.slice(2);

async function runOnce(run: number): Promise<{ readonly accepted: number; readonly done: number }> {
  await using queue = new BullCleanupQueue({ url, chance: () => 0, prefix: `run-${run}:` });
  queue.onEmptied(() => void queue.rebuilt());
  while (queue.health().state !== 'ok') await pause(5);
  const accepted = await fill(queue);
  let looks = 0;
  const last = Promise.withResolvers<undefined>();
  const began = performance.now();
  queue.start(() => {
    looks += 1;
    if (looks === JOBS) last.resolve(undefined);
    return Promise.resolve({ kind: 'Done' });
  });
  await last.promise;
  return { accepted, done: (1000 * JOBS) / (performance.now() - began) };
}

/** Accepted a second. */
async function fill(queue: BullCleanupQueue): Promise<number> {
  let next = 0;
  let added = 0;
  const client = async (): Promise<void> => {
    while (next < JOBS) {
      next += 1;
      const name = `pressure-${next}-1`;
      const priority = PRIORITIES[next % PRIORITIES.length] ?? 'Normal';
      const said = await queue.enqueue({ name, targetKey: `node ${name}`, priority, notBeforeMs: 0 });
      if (said === 'Added') added += 1;
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: UNDER_WAY }, client));
  return (1000 * added) / (performance.now() - began);
}

await runOnce(-1);
const accepted: number[] = [];
const done: number[] = [];
const residentMiB: number[] = [];
for (let run = 0; run < Number(runs); run += 1) {
  const figures = await runOnce(run);
  accepted.push(figures.accepted);
  done.push(figures.done);
  residentMiB.push(process.memoryUsage.rss() / MIB);
}
process.send?.({ event: 'done', accepted, done, residentMiB }, () => process.disconnect());
