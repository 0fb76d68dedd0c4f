/*
 * Runs a tool and keeps the end of what it says. At most one runs at a time; when the set-up has to end, so does it.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Problem } from './problem.mjs';

const KEPT_CHARACTERS = 64 * 1024;

/** @type {import('node:child_process').ChildProcess | undefined} */
let running;

/** @typedef {{ status: number, output: string }} Result */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string, show?: boolean }} [options] show: on stderr as it comes
 * @returns {Promise<Result>}
 */
export function run(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own group, so that ending it ends what it started.
    detached: true,
  });
  running = child;
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  let output = '';
  const keep = (/** @type {Buffer} */ chunk) => {
    output = (output + chunk.toString()).slice(-KEPT_CHARACTERS);
    if (options.show) process.stderr.write(chunk);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        new Problem(
          `${command} cannot be run (${error.message}).`,
          'See whether it is installed and executable.',
        ),
      ),
    );
    child.once('close', (code, signal) => {
      running = undefined;
      resolve({
        status: code ?? 1,
        output: signal === null ? output : `${output}\n${command} ended by ${signal}`,
      });
    });
  });
}

export function endRunning() {
  if (running?.pid === undefined) return;
  try {
    process.kill(-running.pid, 'SIGTERM');
  } catch {
    // It ended by itself in this moment.
  }
}

/**
 * @param {string} name
 * @param {string} [path]
 * @returns {string | undefined} the file that the shell would run
 */
export function which(name, path = process.env['PATH'] ?? '') {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
