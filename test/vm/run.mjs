/*
 * npm run test:vm: bundles the runner and starts it. The work is in host/main.ts.
 */
import { bundleSource } from '../../libs/testing/bundle-source.mjs';

const { main } = await import(await bundleSource('test/vm/host/main.ts', 'build/vm/host.mjs'));
process.exitCode = await main();
