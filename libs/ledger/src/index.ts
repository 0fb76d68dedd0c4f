/*
 * From what the kernel says to the ledger: pure functions, no clock, no I/O.
 */
export { buildHostLedger, hostLedgerSteps, MAX_SKEW_BYTES, skewOf } from './host-ledger.js';
export { hugePagesFolder, parseFreeHugePages } from './hugepages.js';
export { parseMeminfo } from './meminfo.js';
export { parsePressure } from './pressure.js';
export { podPlaceOf, type PodPlace } from './pod-place.js';
export { ProportionalPlan, wantsProportional, type SharingReading } from './proportional.js';
export { podAt } from './row-names.js';
export { parseOomKills } from './vmstat.js';
export { parsePerCpuFreePages } from './zoneinfo.js';
