/*
 * Loaded into the agent (node --import): how long its event loop was blocked, at most, in each second.
 * Appends one number of milliseconds a line to the file that BENCH_LOOP_FILE names. Only the agent is watched.
 */
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const file = process.env.BENCH_LOOP_FILE;

if (file !== undefined && process.argv[1]?.includes('/node-agent/')) {
  // A timer of 1 ms that came late by so much. The kernel's own lateness is in it.
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  setInterval(() => {
    appendFileSync(file, `${delay.max / 1e6 - RESOLUTION_MS}\n`);
    delay.reset();
  }, 1000).unref();
}
