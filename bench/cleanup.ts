/*
 * npm run bench -- cleanup: what a decision, an act and their keeping cost, and that none is lost or repeated.
 */
import { policyEvaluate } from './cleanup/policy-evaluate.js';
import { queueThroughput } from './cleanup/queue-throughput.js';
import { resourcesCleanup } from './cleanup/resources-cleanup.js';
import { resourcesFuzz } from './cleanup/resources-fuzz.js';
import type { SuiteResults, SuiteRun } from './harness/document.js';

export async function cleanupSuite(run: SuiteRun): Promise<SuiteResults> {
  const policy = await policyEvaluate(run);
  const resources = await resourcesCleanup(run);
  const queue = await queueThroughput(run);
  const fuzz = await resourcesFuzz(run);
  return { results: [...policy, ...resources, ...queue, ...fuzz], leftOut: [] };
}
