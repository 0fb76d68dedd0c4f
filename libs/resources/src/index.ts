/*
 * Resources of one process and their cleanup: given back exactly once, in order, with every failure heard.
 */
export { Attempts, type AttemptsOptions, type NextAttempt } from './attempts.js';
export { CircuitBreaker, type BreakerState, type CircuitBreakerOptions } from './circuit-breaker.js';
export {
  Busy,
  classOf,
  Denied,
  Gone,
  recoveryOf,
  recoveryOfClass,
  type ErrorClass,
  type Recovery,
} from './errors.js';
export type { OnFailure, Release } from './guard.js';
export { assessHealth, type Health } from './health.js';
export { PriorityQueue } from './priority-queue.js';
export {
  Registry,
  type Handle,
  type LifecycleState,
  type Registration,
  type RegistryOptions,
  type Resource,
} from './registry.js';
export { chooseStrategy, type Conditions, type Strategy } from './strategy.js';
export { PRIORITIES, virtualStartMs } from './virtual-start.js';
