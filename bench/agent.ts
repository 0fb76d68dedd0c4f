/*
 * npm run bench -- agent: what the node agent costs, and whether what it says is true.
 */
import { agentAccuracy } from './agent/accuracy.js';
import { agentCost } from './agent/cost.js';
import { startTimes } from './agent/start.js';
import type { SuiteResults, SuiteRun } from './harness/document.js';

export async function agentSuite(run: SuiteRun): Promise<SuiteResults> {
  const cost = await agentCost(run);
  const accuracy = await agentAccuracy(run);
  const start = await startTimes(run);
  return {
    results: [...cost, ...accuracy.results, ...start.results],
    leftOut: [...accuracy.leftOut, ...start.leftOut],
  };
}
