/*
 * What tests of several libs and apps need. Never part of the product.
 */
export { ANY_NODE, anyReport, anyRow } from './any-report.js';
export { auditEntry, auditTrailSuite, type TrailFixture } from './audit-trail-suite.js';
export {
  MemoryAuditTrail,
  MemoryObjectStore,
  MemoryPolicySource,
  MemoryValue,
  type MemoryStoreOptions,
} from './memory-stores.js';
export { MemoryCleanupQueue } from './memory-queue.js';
export { objectStoreSuite, type StoreFixture } from './object-store-suite.js';
export { policiesUntil, policySourceSuite, type PolicyFixture } from './policy-source-suite.js';
export { sample, sampleCodec, type Sample } from './sample.js';
export { SimulatedAgents } from './simulated-agents.js';
export { someReport, type ReportShape } from './some-report.js';
export { storedValueSuite, type Note, type ValueFixture } from './stored-value-suite.js';
