/*
 * npm run cluster -- up|down|status|shell: bundles the harness of the test cluster and starts it. The work is in test/cluster/main.ts.
 */
import { join } from 'node:path';
import { bundleSource } from '../libs/testing/bundle-source.mjs';

const root = join(import.meta.dirname, '..');
const { main } = await import(await bundleSource('test/cluster/main.ts', 'build/cluster/main.mjs'));
process.exitCode = await main(root, process.argv.slice(2));
