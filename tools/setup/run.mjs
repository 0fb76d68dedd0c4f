/*
 * The steps of a set-up in their order. A step is skipped when its stamp says that it was finished with the same
 * inputs; else all is done under one lock. Says what it does, and how long that took, on stderr.
 */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { page, programs } from './build.mjs';
import { endRunning } from './command.mjs';
import { lock } from './lock.mjs';
import { native } from './native.mjs';
import { packages } from './packages.mjs';
import { problemOf } from './problem.mjs';
import { Stamps } from './stamps.mjs';
import { testParts } from './test-parts.mjs';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} says what is being done, for the person who waits
 * @property {readonly string[]} outputs
 * @property {() => string} fingerprint of what the outputs are made from
 * @property {(context: { say: (line: string) => void }) => Promise<void>} run
 */

const PARENT_CHECK_MS = 200;

/** @param {string} line */
const say = (line) => process.stderr.write(`memwarden: ${line}\n`);

/**
 * @param {string} wanted what to make ready for: start, build or test
 * @param {string} [starter] a process for which this is done; when it has ended, so does this
 */
export async function main(wanted, starter) {
  const root = realpathSync(join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..'));
  endWith(process.ppid, starter === undefined ? undefined : Number(starter));
  try {
    const steps = [packages(root), native(root), programs(root), page(root)];
    await perform(wanted === 'test' ? [...steps, testParts(root)] : steps, root);
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    say(`${problem.message}\n           ${problem.next}`);
    process.exitCode = 1;
  }
}

/**
 * @param {readonly Step[]} steps
 * @param {string} root
 */
async function perform(steps, root) {
  const stamps = new Stamps(join(root, 'build/setup'));
  const isDone = (/** @type {Step} */ step) =>
    stamps.holds(stampName(step), step.fingerprint(), step.outputs);
  if (steps.every(isDone)) return;
  const release = await lock(root, () => say('another set-up of this checkout is running; waiting for it'));
  try {
    for (const step of steps) if (!isDone(step)) await performOne(step, stamps);
  } finally {
    release();
  }
}

/**
 * @param {Step} step
 * @param {Stamps} stamps
 */
async function performOne(step, stamps) {
  say(`${step.name} (${step.says}) …`);
  const started = performance.now();
  stamps.remove(stampName(step));
  await step.run({ say });
  stamps.write(stampName(step), step.fingerprint());
  say(`${step.name}: done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** @param {Step} step */
function stampName(step) {
  return step.name.replaceAll(' ', '-');
}

/**
 * A signal, or the end of whoever started this, ends the tool that is running; the next run goes on.
 * @param {number} parent
 * @param {number | undefined} starter
 */
function endWith(parent, starter) {
  const end = (/** @type {number} */ status) => {
    say('interrupted; the next run goes on from here');
    endRunning();
    process.exit(status);
  };
  process.once('SIGINT', () => end(130));
  process.once('SIGTERM', () => end(143));
  process.once('SIGHUP', () => end(129));
  setInterval(() => {
    if (process.ppid !== parent || (starter !== undefined && !existsSync(`/proc/${starter}`))) end(143);
  }, PARENT_CHECK_MS).unref();
}
