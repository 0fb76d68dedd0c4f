/*
 * npm run bench -- agent: what the node agent costs, and whether what it says is true.
 */
import type { SuiteResults } from './harness/document.js';

export async function agentSuite(): Promise<SuiteResults> {
  return { results: [], leftOut: [] };
}
