/*
 * resources.cleanup in a process of its own: registered resources are cleaned by the cleaner that agent and controller
 * have, each measured from its submission to its answer. Argument: how many runs.
 */
import { PRIORITIES, Cleaner, Registry, type CleanupTask, type Handle } from '#resources';
import { systemClock } from '#contracts/clock';

const RUN = 10_000;
const UNDER_WAY = 16;
const TARGETS = 100;
const runs = Number(process.argv[2]);

interface Task extends CleanupTask {
  readonly handle: Handle<number>;
}

let failures = 0;
const registry = new Registry({ onFailure: () => void (failures += 1) });
await using cleaner = new Cleaner<Task>({
  clock: systemClock,
  clean: async (group) => {
    for (const { handle } of group) await handle[Symbol.asyncDispose]();
  },
});

let released = 0;
function task(index: number): Task {
  const priority = PRIORITIES[index % PRIORITIES.length] ?? 'Normal';
  const name = `resource ${index}`;
  const release = async (): Promise<void> => {
    await Promise.resolve();
    released += 1;
  };
  const handle = registry.register({ name, value: index, priority, release });
  return { node: 'bench', target: `target ${index % TARGETS}`, priority, handle };
}

/** Milliseconds in the mean. */
async function runOnce(): Promise<number> {
  let next = 0;
  let total = 0;
  const worker = async (): Promise<void> => {
    while (next < RUN) {
      next += 1;
      const submitted = task(next);
      const began = performance.now();
      await cleaner.submit(submitted);
      total += performance.now() - began;
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, worker));
  return total / RUN;
}

await runOnce();
const meanMs: number[] = [];
const success: number[] = [];
for (let run = 0; run < runs; run += 1) {
  released = 0;
  meanMs.push(await runOnce());
  success.push((100 * (released - failures)) / RUN - registry.size);
}
process.send?.({ event: 'done', meanMs, success }, () => process.disconnect());
