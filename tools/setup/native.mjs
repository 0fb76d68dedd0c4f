/*
 * The native library and the launcher, by CMake into build/native. Finished builds are kept in the cache by the
 * contents they were made from, so that the next clone does not compile at all.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run, which } from './command.mjs';
import { fingerprint } from './fingerprint.mjs';
import { Problem, problemInOutput } from './problem.mjs';
import { howToInstall, install, lastLines, mayInstall, missing } from './system.mjs';

const PRODUCTS = ['libmemwarden.so', 'memwarden-launch'];
const COMPILERS = ['c++', 'g++', 'clang++'];

/** @type {readonly import('./system.mjs').Part[]} */
const PARTS = [
  { command: 'c++', instead: ['g++', 'clang++'], aptPackage: 'g++' },
  { command: 'cmake', aptPackage: 'cmake' },
  { command: 'ninja', instead: ['make'], aptPackage: 'ninja-build' },
];

/**
 * @param {string} root
 * @returns {import('./run.mjs').Step}
 */
export function native(root) {
  const folder = join(root, 'build/native');
  const print = () =>
    fingerprint(
      root,
      ['native'],
      [process.arch, compilerIdentity()],
      (file) => !/^native\/(test|bench|fuzz)\//u.test(file),
    );
  return {
    name: 'native library',
    says: 'C++20, by CMake',
    outputs: PRODUCTS.map((product) => join(folder, product)),
    fingerprint: print,
    async run({ say }) {
      await needParts(say);
      const cached = join(cacheFolder(), 'native', print());
      if (!existsSync(folder) && PRODUCTS.every((product) => existsSync(join(cached, product)))) {
        copyProducts(cached, folder);
        return;
      }
      await compile(root, folder);
      keep(folder, cached);
    },
  };
}

export function cacheFolder() {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'memwarden');
}

/** Which compiler would be used, without starting it. */
function compilerIdentity() {
  const chosen = process.env['CXX'] ? [process.env['CXX']] : COMPILERS;
  const file = chosen.map((name) => which(name)).find((found) => found !== undefined);
  if (file === undefined) return undefined;
  const { size, mtimeMs } = statSync(file);
  return `${file} ${size} ${mtimeMs}`;
}

/** @param {(line: string) => void} say */
async function needParts(say) {
  const absent = missing(PARTS).map((part) => part.aptPackage);
  if (absent.length > 0) {
    if (!mayInstall())
      throw new Problem(
        `To build the native library, ${absent.join(' and ')} must be installed.`,
        `Run: ${howToInstall(absent)}`,
      );
    await install(absent, say);
  }
  const compiler = process.env['CXX'] || COMPILERS.find((name) => which(name)) || 'c++';
  const probe = await run(compiler, ['-std=c++20', '-fsyntax-only', '-x', 'c++', '-'], {
    input: '#include <concepts>\n#include <span>\nint main() {}\n',
  });
  if (probe.status !== 0)
    throw new Problem(
      `${compiler} cannot compile C++20:\n${lastLines(probe.output, 3)}`,
      `Install g++ 11 or later (or set CXX): ${howToInstall(['g++'])}`,
    );
}

/**
 * @param {string} root
 * @param {string} folder
 */
async function compile(root, folder) {
  forgetMovedBuild(root, folder);
  const generator = which('ninja') ? 'Ninja' : 'Unix Makefiles';
  // The tests' own configuration, made by the quality gate in the same folder, is left as it is.
  const withoutTests = existsSync(join(folder, 'CMakeCache.txt')) ? [] : ['-DMEMWARDEN_TESTS=OFF'];
  const steps = [
    [
      '-S',
      join(root, 'native'),
      '-B',
      folder,
      '-G',
      generator,
      '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
      ...withoutTests,
    ],
    ['--build', folder, '--parallel', '--target', 'memwarden', 'memwarden-launch'],
  ];
  for (const args of steps) {
    const result = await run('cmake', args, { cwd: root });
    if (result.status !== 0)
      throw (
        problemInOutput(result.output, folder) ??
        new Problem(
          `The native library does not build:\n${lastLines(result.output, 30)}`,
          `See the lines above; "cmake ${args.join(' ')}" repeats them.`,
        )
      );
  }
}

/**
 * CMake refuses a folder that was configured from another place or for another generator.
 * @param {string} root
 * @param {string} folder
 */
function forgetMovedBuild(root, folder) {
  const file = join(folder, 'CMakeCache.txt');
  if (!existsSync(file)) return;
  const cache = readFileSync(file, 'utf8');
  const generator = which('ninja') ? 'Ninja' : 'Unix Makefiles';
  const fits =
    cache.includes(`CMAKE_HOME_DIRECTORY:INTERNAL=${join(root, 'native')}\n`) &&
    cache.includes(`CMAKE_GENERATOR:INTERNAL=${generator}\n`);
  if (!fits) rmSync(folder, { recursive: true });
}

/**
 * @param {string} from
 * @param {string} to
 */
function copyProducts(from, to) {
  mkdirSync(to, { recursive: true });
  for (const product of PRODUCTS) {
    const unfinished = join(to, `${product}.${process.pid}`);
    copyFileSync(join(from, product), unfinished);
    renameSync(unfinished, join(to, product));
  }
}

/**
 * @param {string} folder
 * @param {string} cached
 */
function keep(folder, cached) {
  try {
    copyProducts(folder, cached);
  } catch {
    // The cache only saves time: without it the next clone compiles.
  }
}
