/*
 * What outlives the controller in Redis.
 */
export { RedisTooOld } from './errors.js';
export { RedisHotState, type RedisHotStateOptions } from './redis-hot-state.js';
