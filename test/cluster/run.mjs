/*
 * Bundles the harness of the test cluster and starts it. The work is in main.ts.
 */
import { join } from 'node:path';
import { bundleSource } from '../../libs/testing/bundle-source.mjs';

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit status
 */
export async function main(args) {
  const harness = await import(await bundleSource('test/cluster/main.ts', 'build/cluster/main.mjs'));
  return await harness.main(join(import.meta.dirname, '../..'), args);
}
