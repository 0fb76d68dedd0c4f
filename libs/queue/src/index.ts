/*
 * What outlives the controller in Redis: the last report of each node (hot-state), and the reasons to look at a cleanup
 * again (jobs).
 */
export { RedisHotState, type RedisHotStateOptions } from './hot-state/redis-hot-state.js';
export { BullCleanupQueue, type BullCleanupQueueOptions } from './jobs/bull-cleanup-queue.js';
export { RedisEpochs } from './jobs/redis-epochs.js';
export { RedisTooOld } from './redis/errors.js';
