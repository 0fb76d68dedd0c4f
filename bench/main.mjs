/*
 * npm run bench -- SUITE [--json] [--quick]: bundles the benchmarks and starts them. The work is in main.ts.
 */
import { bundleSource } from '../libs/testing/bundle-source.mjs';

const { main } = await import(await bundleSource('bench/main.ts', 'build/bench/main.mjs'));
process.exit(await main(process.argv.slice(2)));
