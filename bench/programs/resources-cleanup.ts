/*
 * resources.cleanup in a process of its own: resources in the registry that agent and controller have, each measured from
 * when its release is asked for to when it is over. Argument: how many runs.
 */
import { PRIORITIES, Registry, type Handle } from '#resources';

const RUN = 10_000;
const UNDER_WAY = 16;
const runs = Number(process.argv[2]);

let failures = 0;
const registry = new Registry({ onFailure: () => void (failures += 1) });

let released = 0;
function resource(index: number): Handle<number> {
  const priority = PRIORITIES[index % PRIORITIES.length] ?? 'Normal';
  const name = `resource ${index}`;
  const release = async (): Promise<void> => {
    await Promise.resolve();
    released += 1;
  };
  return registry.register({ name, value: index, priority, release });
}

/** Milliseconds in the mean. */
async function runOnce(): Promise<number> {
  let next = 0;
  let total = 0;
  const worker = async (): Promise<void> => {
    while (next < RUN) {
      next += 1;
      const handle = resource(next);
      const began = performance.now();
      await handle[Symbol.asyncDispose]();
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
