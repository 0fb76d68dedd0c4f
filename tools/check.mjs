/*
 * `node tools/check.mjs [LAYER …]`: the quality gate. Layers: static, unit, native, vm, kube, chart, integration, chaos, browser, cluster;
 * none named means all. The last line counts: "N passed, N failed", with ", N skipped" where a machine cannot run a part.
 */
import { join } from 'node:path';
import { clusterChecks } from './check/cluster.mjs';
import {
  browserChecks,
  chaosChecks,
  chartChecks,
  integrationChecks,
  kubeChecks,
  unitChecks,
} from './check/jest.mjs';
import { nativeChecks } from './check/native.mjs';
import { report } from './check/report.mjs';
import { runChecks } from './check/run.mjs';
import { staticChecks } from './check/static.mjs';
import { vmChecks } from './check/vm.mjs';

const root = join(import.meta.dirname, '..');
const LAYERS = {
  static: staticChecks,
  native: nativeChecks,
  unit: unitChecks,
  vm: vmChecks,
  kube: kubeChecks,
  chart: chartChecks,
  integration: integrationChecks,
  chaos: chaosChecks,
  browser: browserChecks,
  cluster: clusterChecks,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in LAYERS));
if (unknown.length > 0) {
  process.stderr.write(`No such layer: ${unknown.join(' ')}. There is ${Object.keys(LAYERS).join(', ')}.\n`);
  process.exit(2);
}
const checks = Object.entries(LAYERS)
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .flatMap(([, layer]) => layer(root));
const results = await runChecks(checks);
process.stdout.write(report(results));
process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
