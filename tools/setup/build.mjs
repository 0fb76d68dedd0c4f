/*
 * The TypeScript side: tsc emits dist/, esbuild makes one file per app of it, Vite builds the page. Types are not
 * checked here but by the quality gate: who starts a checkout wants to use it.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { fingerprint } from './fingerprint.mjs';
import { Problem, problemInOutput } from './problem.mjs';
import { lastLines } from './system.mjs';

const APPS = ['controller', 'node-agent', 'cli'];
const isSource = (/** @type {string} */ file) => !/\.(spec|test)\.tsx?$/u.test(file);

/**
 * @param {string} root
 * @returns {import('./run.mjs').Step}
 */
export function programs(root) {
  const sources = ['apps/controller', 'apps/node-agent', 'apps/cli', 'libs'];
  const settings = [
    'tsconfig.json',
    'tsconfig.build.json',
    'package.json',
    'package-lock.json',
    'tools/bundle.mjs',
  ];
  return {
    name: 'programs',
    says: 'TypeScript into bundle/',
    outputs: APPS.filter((app) => existsSync(join(root, 'apps', app))).map((app) =>
      join(root, 'bundle', app, 'main.mjs'),
    ),
    fingerprint: () => fingerprint(root, [...sources, ...settings], [], isSource),
    async run() {
      rmSync(join(root, 'dist'), { recursive: true, force: true });
      await node24(
        root,
        ['node_modules/.bin/tsc', '-p', 'tsconfig.build.json', '--noCheck'],
        'The TypeScript sources',
      );
      await node24(root, ['tools/bundle.mjs'], 'The programs');
    },
  };
}

/**
 * @param {string} root
 * @returns {import('./run.mjs').Step}
 */
export function page(root) {
  const folder = join(root, 'bundle/web');
  return {
    name: 'page',
    says: 'Vite into bundle/web',
    outputs: [join(folder, 'index.html')],
    fingerprint: () =>
      fingerprint(root, ['apps/web', 'libs/contracts/src', 'package-lock.json'], [], isSource),
    async run() {
      const unfinished = join(root, 'bundle/.web');
      const vite = [
        'node_modules/vite/bin/vite.js',
        'build',
        'apps/web',
        '--outDir',
        unfinished,
        '--emptyOutDir',
        '--logLevel',
        'warn',
      ];
      await node24(root, vite, 'The page');
      rmSync(folder, { recursive: true, force: true });
      renameSync(unfinished, folder);
    },
  };
}

/**
 * @param {string} root
 * @param {readonly string[]} args
 * @param {string} subject of the sentence about a failure
 */
async function node24(root, args, subject) {
  const bin = join(root, 'node_modules/.bin');
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  const result = await run(join(bin, 'node'), args, { cwd: root, env });
  if (result.status === 0) return;
  throw (
    problemInOutput(result.output, root) ??
    new Problem(
      `${subject} cannot be built:\n${lastLines(result.output, 20)}`,
      'See the lines above; "git status" says whether the checkout was changed.',
    )
  );
}
