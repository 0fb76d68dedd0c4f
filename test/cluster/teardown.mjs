/*
 * The end of a test run is the end of its cluster, unless somebody wants to look at it.
 */
import { main } from './run.mjs';

export default async function teardown() {
  if (process.env['MEMWARDEN_KEEP_CLUSTER']) return;
  await main(['down', '--name', process.env['MEMWARDEN_CLUSTER'] ?? 'test']);
}
