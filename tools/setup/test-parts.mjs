/*
 * System packages that only the tests need. Without the right to install them the tests still run; the layers that
 * need a missing part say so and count as skipped.
 */
import { existsSync } from 'node:fs';
import { howToInstall, install, mayInstall, missing } from './system.mjs';

/** @type {readonly import('./system.mjs').Part[]} */
const PARTS = [
  { command: 'redis-server', aptPackage: 'redis-tools' },
  { command: 'clang-format-16', aptPackage: 'clang-format-16' },
  { command: 'clang-tidy-16', aptPackage: 'clang-tidy-16' },
  { command: 'chromium', aptPackage: 'chromium' },
  { command: 'qemu-system-x86_64', aptPackage: 'qemu-system-x86' },
];
const GTEST_HEADER = '/usr/include/gtest/gtest.h';

function absentPackages() {
  const packages = missing(PARTS).map((part) => part.aptPackage);
  return existsSync(GTEST_HEADER) ? packages : [...packages, 'libgtest-dev'];
}

/** @returns {import('./run.mjs').Step} */
export function testParts() {
  return {
    name: 'test parts',
    says: 'system packages for the tests',
    outputs: [],
    fingerprint: () => absentPackages().join(' '),
    async run({ say }) {
      const absent = absentPackages();
      if (absent.length === 0) return;
      if (mayInstall()) await install(absent, say);
      else
        say(
          `not installed, so some tests are skipped: ${absent.join(' ')}\n           ${howToInstall(absent)}`,
        );
    },
  };
}
