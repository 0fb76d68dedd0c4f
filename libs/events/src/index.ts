/*
 * Notices inside one process: typed, bounded, with priorities.
 */
export { NoticeBus, type NoticeBusCounters, type NoticeBusOptions } from './notice-bus.js';
export { SubscriberCutOff, type Subscription } from './subscription.js';
