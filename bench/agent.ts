/*
 * npm run bench -- agent: what the node agent costs, and whether what it says is true.
 */
import { agentAccuracy } from './agent/accuracy.js';
import type { SuiteResults, SuiteRun } from './harness/document.js';

export async function agentSuite(run: SuiteRun): Promise<SuiteResults> {
  return await agentAccuracy(run);
}
