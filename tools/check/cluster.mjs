/*
 * The cluster layer: a real Kubernetes with two nodes on this machine. The first time on a machine its programs are built, which takes
 * about ten minutes; after that it finds them in the cache.
 */
import { join } from 'node:path';
import { tool } from './command.mjs';
import { jest } from './jest.mjs';

const BUILD_MS = 45 * 60_000;
const MOST_MS = 30 * 60_000;
const TEST_MS = 180_000;

/**
 * @param {string} root
 * @returns {import('./run.mjs').Check[]}
 */
export function clusterChecks(root) {
  return [
    {
      name: 'cluster',
      lane: 'alone',
      cannotRun: () => {
        if (process.platform !== 'linux') return 'it needs Linux';
        return process.getuid?.() === 0 ? undefined : 'only root can make namespaces and cgroups';
      },
      run: async () => {
        const prepared = await tool(root, 'node', [join(root, 'tools/cluster.mjs'), 'prepare'], {
          timeoutMs: BUILD_MS,
        });
        if (prepared.status !== 0) return { passed: 0, failed: 1, output: prepared.output };
        return await jest(root, 'cluster', ['--runInBand', '--testTimeout', String(TEST_MS)], MOST_MS);
      },
    },
  ];
}
