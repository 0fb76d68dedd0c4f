/*
 * npm run bench -- cleanup: what a decision, an act and their keeping cost, and that none is lost or repeated.
 */
import { acts } from './cleanup/acts.js';
import { chaosKills } from './cleanup/chaos-kills.js';
import { policyEvaluate } from './cleanup/policy-evaluate.js';
import { queueThroughput } from './cleanup/queue-throughput.js';
import { resourcesCleanup } from './cleanup/resources-cleanup.js';
import { resourcesFuzz } from './cleanup/resources-fuzz.js';
import type { SuiteResults, SuiteRun } from './harness/document.js';

export async function cleanupSuite(run: SuiteRun): Promise<SuiteResults> {
  const policy = await policyEvaluate(run);
  const resources = await resourcesCleanup(run);
  const queue = await queueThroughput(run);
  const acting = await acts(run);
  const chaos = await chaosKills(run);
  const fuzz = await resourcesFuzz(run);
  return {
    results: [...acting.results, ...resources, ...fuzz, ...chaos.results, ...queue, ...policy],
    leftOut: [...acting.leftOut, ...chaos.leftOut],
  };
}
