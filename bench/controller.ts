/*
 * npm run bench -- controller: what one controller process takes in, costs, and how soon a person sees it.
 */
import { linkThroughput } from './controller/link-throughput.js';
import type { SuiteResults, SuiteRun } from './harness/document.js';

export async function controllerSuite(run: SuiteRun): Promise<SuiteResults> {
  return { results: await linkThroughput(run), leftOut: [] };
}
