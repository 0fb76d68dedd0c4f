/*
 * npm run bench -- controller: what one controller process takes in, costs, and how soon a person sees it.
 */
import { eventsThroughput } from './controller/events.js';
import { controllerFootprint } from './controller/footprint.js';
import { linkThroughput } from './controller/link-throughput.js';
import { pageLatency } from './controller/page-latency.js';
import type { SuiteResults, SuiteRun } from './harness/document.js';

export async function controllerSuite(run: SuiteRun): Promise<SuiteResults> {
  const link = await linkThroughput(run);
  const events = await eventsThroughput(run);
  const footprint = await controllerFootprint(run);
  const page = await pageLatency(run);
  return { results: [...link, ...footprint, ...page.results, events], leftOut: page.leftOut };
}
