/*
 * Finds the cluster's programs in the cache or builds them from their Go modules. What is in the cache is whole: a program is built beside
 * its place and renamed into it, and one build runs at a time on a machine.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
function modulesFolder(root) {
  return join(root, 'tools/cluster/modules');
}

/**
 * @param {string} root
 * @param {Module} module
 * @returns {string} like v1.36.3
 */
function versionOf(root, module) {
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
function programs(root, names) {
  return MODULES.flatMap((module) => {
    const folder = moduleFolder(root, module);
    return [...Object.keys(module.programs), ...Object.keys(module.texts ?? {})]
      .filter((name) => names === undefined || names.includes(name))
      .map((name) => ({ module, folder, name, file: readyMade(name) ?? join(folder, name) }));
  });
}

/**
 * @param {string} root
 * @param {{ say: (line: string) => void, names?: readonly string[] }} options
 */
export async function needPrograms(root, { say, names }) {
  const wanted = programs(root, names);
  if (!wanted.every(({ file }) => existsSync(file))) await buildMissing(root, wanted, say);
}

/**
 * @param {string} root
 * @returns {Readonly<Record<string, string>>} name → absolute path, whether it is there already or not
 */
export function programPaths(root) {
  return Object.fromEntries(programs(root).map(({ name, file }) => [name, file]));
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
    const missing = wanted.filter(({ file }) => !existsSync(file));
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
    const parts = module.texts?.[name];
    if (parts === undefined) await compile(root, { module, name, output }, go);
    else writeFileSync(output, await textOf(root, module, { parts, go }));
    renameSync(output, file);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  say(`${name}: done in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/**
 * @param {string} root
 * @param {{ module: Module, name: string, output: string }} program
 * @param {string} go
 */
async function compile(root, { module, name, output }, go) {
  const args = ['build', ...FLAGS, ...flagsOf(module, versionOf(root, module)), '-o', output];
  const result = await inModule(root, module, ['nice', '-n', '10', go, ...args, module.programs[name] ?? '']);
  if (result.status !== 0) throw buildProblem(name, result.output, output);
}

/**
 * @param {string} root
 * @param {Module} module
 * @param {{ parts: readonly string[], go: string }} how
 */
async function textOf(root, module, { parts, go }) {
  const listed = await inModule(root, module, [go, 'list', '-m', '-f', '{{.Dir}}', module.path]);
  if (listed.status !== 0) throw buildProblem(module.name, listed.output, root);
  const folder = lastLines(listed.output, 1);
  return parts.map((part) => readFileSync(join(folder, part), 'utf8').trimEnd()).join('\n---\n');
}

/**
 * @param {string} root
 * @param {Module} module
 * @param {readonly string[]} command
 */
async function inModule(root, module, [command = '', ...args]) {
  return await run(command, args, {
    cwd: join(modulesFolder(root), module.name),
    // GOFLAGS of the person's own would change what the cache's key stands for.
    env: { ...process.env, GOFLAGS: '', GOTOOLCHAIN: 'local', CGO_ENABLED: '0', GOWORK: 'off' },
  });
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
