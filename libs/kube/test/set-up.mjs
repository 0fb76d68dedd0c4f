/*
 * Before the tests that need an API server: its programs are found or built, and said to the tests as KUBEBUILDER_ASSETS.
 */
import { dirname, join } from 'node:path';
import { needPrograms, programPaths } from '../../../tools/cluster/programs.mjs';

const root = join(import.meta.dirname, '../../..');

// Jest calls the default export of a globalSetup module.
export default async function setUp() {
  const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
  await needPrograms(root, { say, names: ['kube-apiserver', 'etcd', 'kubectl'] });
  process.env['KUBEBUILDER_ASSETS'] = dirname(programPaths(root)['kube-apiserver'] ?? '');
}
