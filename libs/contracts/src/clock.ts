/*
 * Time, injected. Wall time may jump; monotonic time never does, and is the only one to measure durations with.
 */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  nowMs(): number;
  /** Milliseconds since an arbitrary moment; never falls. */
  monotonicMs(): number;
}

// The one home of Date.now.
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
