/*
 * The end of a test run is the end of its cluster, unless somebody wants to look at it. What everybody said stays.
 */
import { join } from 'node:path';
import { main } from './run.mjs';

export default async function teardown() {
  if (process.env['MEMWARDEN_KEEP_CLUSTER']) return;
  const name = process.env['MEMWARDEN_CLUSTER'] ?? 'test';
  await main(['down', '--name', name, '--logs', join(import.meta.dirname, '../../artefacts/cluster')]);
}
