/*
 * npm run cluster -- up|down|status|shell|prepare: bundles the harness of the test cluster and starts it. The work is in test/cluster/main.ts.
 */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { bundleSource } from '../libs/testing/bundle-source.mjs';

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit status
 */
export async function main(args) {
  const bundle = await bundleSource('test/cluster/main.ts', 'build/cluster/main.mjs');
  const harness = await import(bundle);
  return await harness.main(join(import.meta.dirname, '..'), args);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename)
  process.exitCode = await main(process.argv.slice(2));
