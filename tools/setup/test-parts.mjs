/*
 * System packages that only the tests need. Without the right to install them the tests still run; the layers that
 * need a missing part say so and count as skipped.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLUSTER_PARTS } from '../cluster/parts.mjs';
import { which } from './command.mjs';
import { howToInstall, install, mayInstall } from './system.mjs';

/** Debian's names. The fonts are those of the reference pictures in test/browser/reference. */
const PACKAGES = [
  'redis-server',
  'libgtest-dev',
  'clang-format-16',
  'clang-tidy-16',
  'chromium',
  'fonts-dejavu-core',
  'fonts-dejavu-extra',
];

/**
 * @param {string} root
 * @returns {readonly string[]} what the layers need, the lists of the VM and of the test cluster included
 */
function wanted(root) {
  const vm = readFileSync(join(root, 'test/vm/packages.txt'), 'utf8');
  const ofVm = vm.split('\n').filter((line) => /^[a-z0-9]/u.test(line));
  return [...new Set([...PACKAGES, ...ofVm, ...Object.keys(CLUSTER_PARTS)])];
}

/**
 * @param {string} root
 * @returns {readonly string[]} sorted; empty as well where dpkg is not there to ask
 */
function absent(root) {
  if (which('dpkg-query') === undefined) return [];
  const packages = wanted(root);
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
    encoding: 'utf8',
  });
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name)).sort();
}

/**
 * @param {string} root
 * @returns {import('./run.mjs').Step}
 */
export function testParts(root) {
  return {
    name: 'test parts',
    says: 'system packages for the tests',
    outputs: [],
    fingerprint: () => absent(root).join(' '),
    async run({ say }) {
      const packages = absent(root);
      if (packages.length === 0) return;
      if (mayInstall()) await install(packages, say);
      else
        say(
          `not installed, so some tests are skipped: ${packages.join(' ')}\n           ${howToInstall(packages)}`,
        );
    },
  };
}
