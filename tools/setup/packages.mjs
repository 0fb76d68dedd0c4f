/*
 * The packages of the lock file, Node 24 among them. What npm finished earlier, by whomever it was started, is taken
 * as it is when it is what the lock file says.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { fingerprint } from './fingerprint.mjs';
import { Problem, problemInOutput } from './problem.mjs';
import { lastLines } from './system.mjs';

/**
 * @param {string} root
 * @returns {import('./run.mjs').Step}
 */
export function packages(root) {
  const written = join(root, 'node_modules/.package-lock.json');
  return {
    name: 'packages',
    says: 'npm ci; the first time this takes about half a minute',
    outputs: [written, join(root, 'node_modules/.bin/node')],
    fingerprint: () => {
      const stat = statSync(written, { throwIfNoEntry: false });
      const facts = [process.arch, stat && `${stat.mtimeMs} ${stat.size}`];
      return fingerprint(root, ['package-lock.json'], facts);
    },
    async run() {
      if (isInstalled(root)) return;
      const [npm, ...args] = npmCommand();
      const result = await run(
        npm,
        [...args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
        { cwd: root },
      );
      if (result.status !== 0) throw npmProblem(result.output, root);
      if (!existsSync(join(root, 'node_modules/.bin/node')))
        throw new Problem(
          `There is no Node 24 package for ${process.platform} ${process.arch}, or npm was told to omit optional packages.`,
          'Use Linux with glibc on x86-64 or arm64, and see that "npm config get omit" names nothing.',
        );
    },
  };
}

/** @returns {[string, ...string[]]} the npm that started this, else the one on the PATH */
function npmCommand() {
  const started = process.env['npm_execpath'];
  return started?.endsWith('npm-cli.js') ? [process.execPath, started] : ['npm'];
}

/**
 * npm writes node_modules/.package-lock.json last, so what it lists is there.
 * @param {string} root
 */
function isInstalled(root) {
  const wanted = entries(join(root, 'package-lock.json'));
  const found = entries(join(root, 'node_modules/.package-lock.json'));
  if (wanted === undefined || found === undefined || !existsSync(join(root, 'node_modules/.bin/node')))
    return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || (entry.optional && found[path] === undefined)) return true;
    return found[path]?.version === entry.version && found[path]?.integrity === entry.integrity;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | undefined}
 */
function entries(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} output
 * @param {string} root
 */
function npmProblem(output, root) {
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED/u.test(output)
  )
    return new Problem(
      'The packages cannot be fetched: the package registry does not answer.',
      'See whether the network is there (behind a proxy: npm config set proxy URL), then run the same command again.',
    );
  if (output.includes('EUSAGE'))
    return new Problem(
      'package.json and package-lock.json do not agree.',
      'Run "npm install --ignore-scripts" once, then this again.',
    );
  return (
    problemInOutput(output, root) ??
    new Problem(
      `npm ci failed:\n${lastLines(output, 8)}`,
      'Run "npm ci --ignore-scripts --loglevel=info" to see more, then this again.',
    )
  );
}
