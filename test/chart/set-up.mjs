/*
 * Before the tests of the chart: Helm and the programs of an API server are found or built, and said to the tests.
 */
import { dirname, join } from 'node:path';
import { needPrograms, programPaths } from '../../tools/cluster/programs.mjs';

const root = join(import.meta.dirname, '../..');

// Jest calls the default export of a globalSetup module.
export default async function setUp() {
  const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
  await needPrograms(root, { say, names: ['kube-apiserver', 'etcd', 'kubectl', 'helm'] });
  const programs = programPaths(root);
  process.env['KUBEBUILDER_ASSETS'] = dirname(programs['kube-apiserver'] ?? '');
  process.env['MEMWARDEN_TEST_HELM'] = programs['helm'] ?? '';
}
