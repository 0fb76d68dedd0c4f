/*
 * The VM layer: a real kernel with cgroup v2. Its runner prints its own counts as the last line.
 */
import { join } from 'node:path';
import { tool } from './command.mjs';

/**
 * @param {string} root
 * @returns {import('./run.mjs').Check[]}
 */
export function vmChecks(root) {
  return [
    {
      name: 'vm',
      lane: 'second',
      run: async () => {
        const { status, output } = await tool(root, 'node', [join(root, 'test/vm/run.mjs')]);
        const counts = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/mu.exec(output);
        if (counts === null) return { passed: 0, failed: 1, output };
        const failed = Number(counts[2]);
        const reason = /^vm: skipped: (.*)$/mu.exec(output)?.[1];
        return {
          passed: Number(counts[1]),
          failed: failed === 0 && status !== 0 ? 1 : failed,
          skipped: Number(counts[3] ?? 0),
          output,
          ...(reason === undefined ? {} : { note: reason }),
        };
      },
    },
  ];
}
