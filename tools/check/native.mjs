/*
 * The native layer: the suites as they are and under AddressSanitizer and UndefinedBehaviorSanitizer, and clang-tidy.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { which } from '../setup/command.mjs';
import { fingerprint } from '../setup/fingerprint.mjs';
import { cacheFolder } from '../setup/native.mjs';
import { tool } from './command.mjs';

/** @typedef {import('./run.mjs').Check} Check */
/** @typedef {import('./run.mjs').Outcome} Outcome */

const GTEST = '/usr/include/gtest/gtest.h';

/**
 * @param {string} root
 * @returns {Check[]}
 */
export function nativeChecks(root) {
  const cannotRun = () => (existsSync(GTEST) ? undefined : 'libgtest-dev is not installed');
  const build = join(root, 'build/native');
  return [
    { name: 'native', lane: 'second', cannotRun, run: () => suites(root, build, ['-DMEMWARDEN_TESTS=ON']) },
    {
      name: 'native, sanitized',
      lane: 'second',
      cannotRun,
      run: () => suites(root, `${build}-asan`, ['-DMEMWARDEN_TESTS=ON', '-DMEMWARDEN_SANITIZE=ON']),
    },
    {
      name: 'clang-tidy',
      lane: 'second',
      cannotRun: () => cannotRun() ?? (which('clang-tidy-16') ? undefined : 'clang-tidy-16 is not installed'),
      run: () => clangTidy(root, build),
    },
  ];
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {readonly string[]} options
 * @returns {Promise<Outcome>}
 */
async function suites(root, folder, options) {
  const generator = which('ninja') ? 'Ninja' : 'Unix Makefiles';
  const configured = await tool(root, 'cmake', ['-S', 'native', '-B', folder, '-G', generator, ...options]);
  if (configured.status !== 0) return { passed: 0, failed: 1, output: configured.output };
  const built = await tool(root, 'cmake', ['--build', folder, '--parallel', '2']);
  if (built.status !== 0) return { passed: 0, failed: 1, output: built.output };
  const { status, output } = await tool(root, 'ctest', [
    '--test-dir',
    folder,
    '--output-on-failure',
    '--parallel',
    '2',
  ]);
  const summary = /(\d+) tests failed out of (\d+)/u.exec(output);
  if (summary === null) return { passed: 0, failed: 1, output };
  const skipped = (output.match(/\*\*\*Skipped/gu) ?? []).length;
  const failed = Number(summary[1]);
  return {
    passed: Number(summary[2]) - failed - skipped,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped,
    output,
  };
}

/**
 * The programs that tests of other layers start, into build/native beside the library, without GoogleTest.
 * @param {string} root
 * @returns {Promise<{ status: number, output: string }>}
 */
export async function buildTestPrograms(root) {
  const build = join(root, 'build/native');
  const generator = which('ninja') ? 'Ninja' : 'Unix Makefiles';
  // The native layer's own configuration of this folder is left as it is.
  const withoutTests = existsSync(join(build, 'CMakeCache.txt')) ? [] : ['-DMEMWARDEN_TESTS=OFF'];
  const configured = await tool(root, 'cmake', [
    '-S',
    'native',
    '-B',
    build,
    '-G',
    generator,
    ...withoutTests,
  ]);
  if (configured.status !== 0) return configured;
  return tool(root, 'cmake', [
    '--build',
    build,
    '--parallel',
    '2',
    '--target',
    'workloads',
    'mw-fault',
    'memwarden-helper',
  ]);
}

/**
 * One file is looked at again when it, a header, the settings or the tool changed.
 * @param {string} root
 * @param {string} build
 * @returns {Promise<Outcome>}
 */
async function clangTidy(root, build) {
  const cache = join(cacheFolder(), 'clang-tidy');
  mkdirSync(cache, { recursive: true });
  const headers = fingerprint(
    root,
    ['native', 'test/workloads', '.clang-tidy'],
    [which('clang-tidy-16')],
    (file) => /\.(h|hpp)$|\.clang-tidy$|CMakeLists\.txt$/u.test(file),
  );
  const waiting = readdirSync(join(root, 'native/src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(cpp|c)$/u.test(file))
    .map((file) => join('native/src', file));
  const total = waiting.length;
  /** @type {string[]} */
  const complaints = [];
  const worker = async () => {
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      const stamp = join(
        cache,
        createHash('sha256')
          .update(headers)
          .update(file)
          .update(readFileSync(join(root, file)))
          .digest('hex'),
      );
      if (existsSync(stamp)) continue;
      const { status, output } = await tool(root, 'clang-tidy-16', ['--quiet', '-p', build, file]);
      if (status === 0) writeFileSync(stamp, '');
      else complaints.push(output);
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, cpus().length) }, worker));
  return complaints.length === 0
    ? { passed: 1, failed: 0, note: `${total} files` }
    : { passed: 0, failed: 1, output: complaints.join('\n') };
}
