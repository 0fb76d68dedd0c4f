/*
 * Resources of one process and their cleanup: given back exactly once, in order, with every failure heard.
 */
export { Attempts, type Attempt, type AttemptsOptions, type NextAttempt } from './attempts.js';
export { CircuitBreaker, type BreakerState, type CircuitBreakerOptions } from './circuit-breaker.js';
export { Cleaner, type CleanerOptions, type CleanupTask } from './cleaner.js';
export {
  Busy,
  classOf,
  Denied,
  Gone,
  recoveryOf,
  recoveryOfClass,
  SystemFailure,
  type ErrorClass,
  type Recovery,
} from './errors.js';
export { guard, type Guard, type GuardOptions, type OnFailure, type Release } from './guard.js';
export { assessHealth, type Health, type HealthFacts, type HealthState } from './health.js';
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
