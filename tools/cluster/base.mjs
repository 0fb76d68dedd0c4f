/*
 * The base of the build where no registry of images is at hand: Debian by mmdebstrap, with the lock file's Node and a pinned npm. It stands
 * in for the Containerfile's default and is kept, by what it is made from, in buildah's storage.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../setup/command.mjs';
import { Problem } from '../setup/problem.mjs';
import { lastLines } from '../setup/system.mjs';
import { buildah, tryBuildah } from './buildah.mjs';
import { clusterCache } from './programs.mjs';

const SUITE = 'bookworm';
const PACKAGES = [
  'g++',
  'cmake',
  'ninja-build',
  'libcap2-bin',
  'redis-server',
  'busybox-static',
  'ca-certificates',
];
const NPM = '11.19.1';

/**
 * @param {string} root the checkout, with its packages installed
 * @param {(line: string) => void} say
 * @returns {Promise<string>} the image's name in buildah's storage
 */
export async function needBase(root, say) {
  const node = join(root, 'node_modules', nodePackage(), 'bin/node');
  const version = nodeVersion(root);
  const made = createHash('sha256').update(JSON.stringify([SUITE, PACKAGES, NPM, version, process.arch]));
  const name = `localhost/memwarden-build-base:${made.digest('hex').slice(0, 12)}`;
  if ((await tryBuildah(['inspect', '--type', 'image', name])).status === 0) return name;
  say(`making the base of the images: Debian ${SUITE} and Node ${version} (about a minute) …`);
  mkdirSync(clusterCache(), { recursive: true });
  const folder = mkdtempSync(join(clusterCache(), '.base-'));
  try {
    await debian(join(folder, 'debian.tar'));
    await nodeAndNpm(folder, node);
    await commit(folder, name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return name;
}

/** @param {string} file */
async function debian(file) {
  await must('mmdebstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, file]);
}

/**
 * @param {string} folder
 * @param {string} node
 */
async function nodeAndNpm(folder, node) {
  const prefix = join(folder, 'local');
  mkdirSync(join(prefix, 'bin'), { recursive: true });
  await must('npm', [
    'install',
    '--global',
    '--prefix',
    prefix,
    '--ignore-scripts',
    '--loglevel=error',
    `npm@${NPM}`,
  ]);
  cpSync(node, join(prefix, 'bin/node'));
}

/**
 * @param {string} folder
 * @param {string} name
 */
async function commit(folder, name) {
  const container = await buildah(['from', 'scratch']);
  try {
    await buildah(['add', container, join(folder, 'debian.tar'), '/']);
    await buildah(['copy', container, join(folder, 'local'), '/usr/local']);
    await buildah(['config', '--env', 'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', container]);
    await buildah(['commit', '--quiet', container, name]);
  } finally {
    await buildah(['rm', container]);
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
async function must(command, args) {
  const { status, output } = await run(command, args);
  if (status !== 0)
    throw new Problem(
      `The base of the images cannot be made; ${command} said:\n${lastLines(output, 10)}`,
      'See whether the network is there, then run this again.',
    );
}

function nodePackage() {
  return `node-linux-${process.arch}`;
}

/** @param {string} root */
function nodeVersion(root) {
  const file = join(root, 'node_modules', nodePackage(), 'package.json');
  if (!existsSync(file))
    throw new Problem('The packages of the checkout are not installed.', 'Run "npm run build" first.');
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
