/*
 * Resources and their cleanup inside one process.
 */
export { PRIORITIES, virtualStartMs } from './virtual-start.js';
