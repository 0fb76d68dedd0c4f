/*
 * npm run cluster -- up|down|status|shell|prepare: a real Kubernetes with two nodes on this machine.
 */
import { main } from '../test/cluster/run.mjs';

process.exitCode = await main(process.argv.slice(2));
