/*
 * Loaded into the agent (node --import): for how long the agent's own work held its event loop, at most, in each second.
 * A timer of 1 ms looks at the main thread's CPU time: what it used between two looks is no less than the longest turn in
 * between. Waiting for a core is not in it; how late the timer came is written beside it.
 * Appends `own-ms late-ms` lines to the file that BENCH_LOOP_FILE names. Only the agent is watched.
 */
import { appendFileSync } from 'node:fs';

const TICK_MS = 1;
const SECOND_MS = 1000;
const file = process.env.BENCH_LOOP_FILE;

function watch(path) {
  let cpu = cpuMs();
  let at = performance.now();
  let written = at;
  let own = 0;
  let late = 0;
  setInterval(() => {
    const now = performance.now();
    const used = cpuMs();
    own = Math.max(own, used - cpu);
    late = Math.max(late, now - at - TICK_MS);
    if (now - written >= SECOND_MS) {
      appendFileSync(path, `${own} ${late}\n`);
      [own, late, written] = [0, 0, now];
    }
    [cpu, at] = [cpuMs(), performance.now()];
  }, TICK_MS).unref();
}

function cpuMs() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

if (file !== undefined && process.argv[1]?.includes('/node-agent/')) watch(file);
