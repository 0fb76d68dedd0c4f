/*
 * The layers that jest runs, counted by its own report.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { which } from '../setup/command.mjs';
import { tool } from './command.mjs';
import { buildTestPrograms } from './native.mjs';

const LEAST_COVERAGE_PERCENT = 90;
/** One that hangs must not take the whole run with it. */
const MOST_MS = 12 * 60_000;
/** From nothing: the toolchain and three programs of Kubernetes. */
const MOST_BUILD_MS = 20 * 60_000;

/** @typedef {import('./run.mjs').Check} Check */

/**
 * @param {string} root
 * @returns {Check[]}
 */
export function unitChecks(root) {
  const folder = join(root, 'build/check/coverage');
  const coverage = ['--coverage', '--coverageReporters', 'json-summary', '--coverageDirectory', folder];
  // In one process the modules of all suites together outgrow its heap; a worker that has grown is replaced (jest.config.mjs).
  const workers = ['--maxWorkers', '2'];
  return [
    {
      name: 'unit',
      lane: 'alone',
      run: async () => {
        rmSync(folder, { recursive: true, force: true });
        return withCoverage(await jest(root, 'unit', [...coverage, ...workers]), folder, root);
      },
    },
  ];
}

/**
 * @param {string} root
 * @returns {Check[]}
 */
export function integrationChecks(root) {
  return [
    {
      name: 'integration',
      lane: 'alone',
      run: () => jestOverPrograms(root, 'integration', ['--runInBand', '--testTimeout', '60000']),
    },
  ];
}

/**
 * Each file of tests has an API server of its own. The set-up of the project builds its programs where they are missing.
 * @param {string} root
 * @returns {Check[]}
 */
export function kubeChecks(root) {
  const options = ['--runInBand', '--testTimeout', '120000'];
  return [{ name: 'kube', lane: 'alone', run: () => jest(root, 'kube', options, MOST_MS + MOST_BUILD_MS) }];
}

/**
 * The chart, rendered by Helm and asked of API servers.
 * @param {string} root
 * @returns {Check[]}
 */
export function chartChecks(root) {
  const options = ['--runInBand', '--testTimeout', '120000'];
  return [{ name: 'chart', lane: 'alone', run: () => jest(root, 'chart', options, MOST_MS + MOST_BUILD_MS) }];
}

/**
 * Its targets live in memory cgroups of their own and are other users' processes.
 * @param {string} root
 * @returns {Check[]}
 */
export function chaosChecks(root) {
  return [
    {
      name: 'chaos',
      lane: 'alone',
      cannotRun: () => (process.getuid?.() === 0 ? undefined : 'only root can make cgroups'),
      run: () => jestOverPrograms(root, 'chaos', ['--maxWorkers', '2']),
    },
  ];
}

/**
 * @param {string} root
 * @returns {Check[]}
 */
export function browserChecks(root) {
  return [
    {
      name: 'browser',
      lane: 'alone',
      cannotRun: () => (which('chromium') ? undefined : 'chromium is not installed'),
      run: () => jest(root, 'browser', ['--runInBand', '--testTimeout', '60000']),
    },
  ];
}

/**
 * @param {string} root
 * @param {string} project whose tests start native programs
 * @param {readonly string[]} more
 * @returns {Promise<import('./run.mjs').Outcome>}
 */
async function jestOverPrograms(root, project, more) {
  const built = await buildTestPrograms(root);
  if (built.status !== 0) return { passed: 0, failed: 1, output: built.output };
  return jest(root, project, more);
}

/**
 * @param {string} root
 * @param {string} project
 * @param {readonly string[]} more
 * @param {number} [timeoutMs]
 * @returns {Promise<import('./run.mjs').Outcome>}
 */
export async function jest(root, project, more, timeoutMs = MOST_MS) {
  const file = join(root, `build/check/${project}.json`);
  mkdirSync(join(root, 'build/check'), { recursive: true });
  rmSync(file, { force: true });
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const runner = join(root, 'node_modules/jest/bin/jest.js');
  const report = ['--json', '--outputFile', file, '--selectProjects', project, ...more];
  const { status, output } = await tool(root, 'node', [...flags, runner, ...report], { timeoutMs });
  if (!existsSync(file)) return { passed: 0, failed: 1, output };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } =
    JSON.parse(readFileSync(file, 'utf8'));
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return {
    passed: numPassedTests,
    // A failure that no test stands for (an open handle, a broken set-up) must not pass.
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
    output: withoutReport(output),
  };
}

/**
 * With --json the whole report is on stdout as one line, too.
 * @param {string} output
 */
function withoutReport(output) {
  return output
    .split('\n')
    .filter((line) => !line.startsWith('{"numFailedTestSuites"'))
    .join('\n');
}

/**
 * @param {import('./run.mjs').Outcome} outcome
 * @param {string} folder
 * @param {string} root
 * @returns {import('./run.mjs').Outcome}
 */
function withCoverage(outcome, folder, root) {
  const file = join(folder, 'coverage-summary.json');
  if (!existsSync(file))
    return {
      ...outcome,
      failed: outcome.failed + 1,
      output: `${outcome.output ?? ''}\nNo coverage was measured.`,
    };
  const { total, ...files } = JSON.parse(readFileSync(file, 'utf8'));
  const percent = total.lines.pct;
  const note = `${percent} % of the lines of libs`;
  if (percent >= LEAST_COVERAGE_PERCENT) return { ...outcome, passed: outcome.passed + 1, note };
  const worst = Object.entries(files)
    .map(([name, { lines }]) => ({ name: name.slice(root.length + 1), missed: lines.total - lines.covered }))
    .sort((a, b) => b.missed - a.missed)
    .slice(0, 10)
    .map(({ name, missed }) => `  ${name}: ${missed} lines`);
  const output = `${outcome.failed > 0 ? outcome.output : ''}\n${note}; ${LEAST_COVERAGE_PERCENT} % are wanted. Not run:\n${worst.join('\n')}`;
  return { ...outcome, failed: outcome.failed + 1, note, output };
}
