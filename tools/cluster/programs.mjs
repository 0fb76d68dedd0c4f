/*
 * Finds the cluster's programs in the cache or builds them from their Go modules. What is in the cache is whole: a program is built beside
 * its place and renamed into it, and one build runs at a time on a machine.
 */
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { run } from '../setup/command.mjs';
import { lock } from '../setup/lock.mjs';
import { cacheFolder } from '../setup/native.mjs';
import { Problem, problemInOutput } from '../setup/problem.mjs';
import { lastLines } from '../setup/system.mjs';
import { findGo } from './go.mjs';
import { MODULES, READY_MADE } from './program-list.mjs';

/** @typedef {import('./program-list.mjs').Module} Module */
/** @typedef {{ module: Module, folder: string, name: string, file: string }} Program */

const FLAGS = ['-trimpath', '-buildvcs=false', '-mod=readonly'];

/** @param {string} root the checkout */
export function modulesFolder(root) {
  return join(root, 'tools/cluster/modules');
}

/**
 * @param {string} root
 * @param {Module} module
 * @returns {string} like v1.36.3
 */
export function versionOf(root, module) {
  const text = readFileSync(join(modulesFolder(root), module.name, 'go.mod'), 'utf8');
  const line = text.split('\n').find((each) =>
    each
      .replace(/^require/u, '')
      .trim()
      .startsWith(`${module.path} v`),
  );
  const version = /\bv\d\S*$/u.exec(line?.replace(/\s*\/\/.*$/u, '') ?? '')?.[0];
  if (version === undefined) throw new Error(`${module.name}/go.mod requires no ${module.path}`);
  return version;
}

/**
 * @param {string} root
 * @param {readonly string[]} [names] all without
 * @returns {Program[]} where each program is, or will be once built
 */
export function programs(root, names) {
  return MODULES.flatMap((module) => {
    const folder = moduleFolder(root, module);
    return Object.keys(module.programs)
      .filter((name) => names === undefined || names.includes(name))
      .map((name) => ({ module, folder, name, file: readyMade(name) ?? join(folder, name) }));
  });
}

/**
 * @param {string} root
 * @param {{ say: (line: string) => void, names?: readonly string[] }} options
 * @returns {Promise<Readonly<Record<string, string>>>} name → absolute path of the program
 */
export async function needPrograms(root, { say, names }) {
  const wanted = programs(root, names);
  if (!wanted.every(({ file }) => isExecutable(file))) await buildMissing(root, wanted, say);
  return Object.fromEntries(wanted.map(({ name, file }) => [name, file]));
}

/**
 * @param {string} root
 * @param {readonly Program[]} wanted
 * @param {(line: string) => void} say
 */
async function buildMissing(root, wanted, say) {
  const cache = clusterCache();
  const release = await lock(`cluster programs in ${cache}`, () =>
    say('another build of the cluster’s programs is running; waiting for it'),
  );
  try {
    const missing = wanted.filter(({ file }) => !isExecutable(file));
    if (missing.length === 0) return;
    const go = await findGo(cache, say);
    for (const [index, program] of missing.entries())
      await build(root, program, { go, say, count: `${index + 1} of ${missing.length}` });
  } finally {
    release();
  }
}

/**
 * @param {string} root
 * @param {Program} program
 * @param {{ go: string, say: (line: string) => void, count: string }} how
 */
async function build(root, { module, folder, name, file }, { go, say, count }) {
  const version = versionOf(root, module);
  say(`building ${name} for ${module.name} ${version}, ${count} …`);
  const started = performance.now();
  mkdirSync(folder, { recursive: true });
  const unfinished = mkdtempSync(join(folder, '.building-'));
  try {
    const output = join(unfinished, name);
    const args = ['-n', '10', go, 'build', ...FLAGS, ...flagsOf(module, version), '-o', output];
    const result = await run('nice', [...args, module.programs[name] ?? ''], {
      cwd: join(modulesFolder(root), module.name),
      // GOFLAGS of the person's own would change what the cache's key stands for.
      env: { ...process.env, GOFLAGS: '', GOTOOLCHAIN: 'local', CGO_ENABLED: '0', GOWORK: 'off' },
    });
    if (result.status !== 0) throw buildProblem(name, result.output, folder);
    renameSync(output, file);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  say(`${name}: done in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/**
 * @param {Module} module
 * @param {string} version
 */
function flagsOf(module, version) {
  const stamp = module.stamp(version).map((definition) => ` -X ${definition}`);
  return [`-ldflags=-s -w${stamp.join('')}`, ...(module.tags ? [`-tags=${module.tags.join(',')}`] : [])];
}

/**
 * @param {string} name
 * @param {string} output
 * @param {string} folder
 */
function buildProblem(name, output, folder) {
  return (
    problemInOutput(output, folder) ??
    new Problem(
      `${name} cannot be built:\n${lastLines(output, 8)}`,
      'See whether the Go module proxy answers ("go env GOPROXY"), then run this again; finished programs are kept.',
    )
  );
}

/** Where everything of the test cluster is kept between runs. */
export function clusterCache() {
  return join(cacheFolder(), 'cluster');
}

/**
 * The key is all that the binaries are made from, so that a changed version never finds an old binary.
 * @param {string} root
 * @param {Module} module
 */
function moduleFolder(root, module) {
  const version = versionOf(root, module);
  const hash = createHash('sha256').update(JSON.stringify([FLAGS, flagsOf(module, version), process.arch]));
  for (const file of ['go.mod', 'go.sum'])
    hash.update(readFileSync(join(modulesFolder(root), module.name, file)));
  return join(clusterCache(), `${module.name}-${version}-${hash.digest('hex').slice(0, 12)}`);
}

/** @param {string} name */
function readyMade(name) {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (!assets || !READY_MADE.includes(name)) return undefined;
  const file = join(assets, name);
  return existsSync(file) ? file : undefined;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
