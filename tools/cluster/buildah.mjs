/*
 * buildah with a storage of its own in the cache: nothing of the machine's own images is seen or left behind.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../setup/command.mjs';
import { Problem } from '../setup/problem.mjs';
import { lastLines } from '../setup/system.mjs';
import { clusterCache } from './programs.mjs';

/**
 * @param {readonly string[]} args
 * @param {{ cwd?: string, show?: boolean }} [options]
 * @returns {Promise<string>} what it said, trimmed
 */
export async function buildah(args, options = {}) {
  const result = await tryBuildah(args, options);
  if (result.status === 0) return result.output.trim();
  throw new Problem(
    `buildah ${args[0]} failed:\n${lastLines(result.output, 15)}`,
    `See the lines above; the storage of its images is ${storage()} and may be removed.`,
  );
}

/**
 * @param {readonly string[]} args
 * @param {{ cwd?: string, show?: boolean }} [options]
 */
export async function tryBuildah(args, options = {}) {
  const folder = storage();
  mkdirSync(folder, { recursive: true });
  const places = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
  return await run(
    'nice',
    ['-n', '5', 'buildah', ...places, '--storage-driver', 'overlay', ...args],
    options,
  );
}

function storage() {
  return join(clusterCache(), 'buildah');
}
