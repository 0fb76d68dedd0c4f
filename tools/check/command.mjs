/*
 * Runs a tool of this checkout, under its Node 24, and keeps the end of what it says.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';

const KEPT_CHARACTERS = 256 * 1024;

/**
 * @param {string} root
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string, timeoutMs?: number }} [options]
 * @returns {Promise<{ status: number, output: string }>}
 */
export async function tool(root, command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    env: {
      ...process.env,
      PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 30 * 60_000,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const keep = (/** @type {Buffer} */ chunk) => {
    output = (output + chunk.toString()).slice(-KEPT_CHARACTERS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const [code, signal] = await once(child, 'close');
  return { status: code ?? 1, output: signal === null ? output : `${output}\n${command} ended by ${signal}` };
}

/**
 * A check that is one tool: it passes when the tool's exit status is 0.
 * @param {string} root
 * @param {string} name
 * @param {readonly [string, ...string[]]} command
 * @param {Partial<import('./run.mjs').Check>} [more]
 * @returns {import('./run.mjs').Check}
 */
export function toolCheck(root, name, command, more = {}) {
  return {
    name,
    lane: 'first',
    run: async () => {
      const [program, ...args] = command;
      return one(await tool(root, program, args));
    },
    ...more,
  };
}

/**
 * @param {{ status: number, output: string }} result
 * @returns {import('./run.mjs').Outcome}
 */
export function one({ status, output }) {
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, output };
}
