/*
 * The images as OCI archives: built by buildah from images/Containerfile, kept in the cache by the contents that they are made from. A
 * checkout in which nothing changed builds nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from '../setup/fingerprint.mjs';
import { lock } from '../setup/lock.mjs';
import { needBase } from './base.mjs';
import { buildah } from './buildah.mjs';
import { clusterCache } from './programs.mjs';

/** What each target of the Containerfile is made from, beside the Containerfile itself. */
const SOURCES = {
  memwarden: [
    'apps',
    'libs',
    'native',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'tools/bundle.mjs',
  ],
  redis: [],
  workloads: ['native', 'test/workloads', 'test/chaos/fault'],
};
/** The name under which a kubelet looks for an image without a registry's name. */
const LIBRARY = 'docker.io/library';
const KEPT = 3;
/** Layers that buildah keeps for the next build; above that it starts anew from the base. About 40 MB each. */
const MOST_LAYERS = 150;

/** @typedef {keyof typeof SOURCES} Target */
/** @typedef {{ readonly reference: string, readonly archive: string }} Image */

/** @param {string} root */
export function imageVersion(root) {
  return /** @type {string} */ (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
}

/**
 * @param {string} root
 * @param {{ say: (line: string) => void, targets?: readonly Target[] }} options
 * @returns {Promise<Record<Target, Image>>} those asked for
 */
export async function needImages(root, { say, targets = /** @type {Target[]} */ (Object.keys(SOURCES)) }) {
  const images = targets.map((target) => /** @type {const} */ ([target, imageOf(root, target)]));
  if (!images.every(([, { archive }]) => existsSync(archive))) {
    const release = await lock(`cluster images in ${clusterCache()}`, () =>
      say('another build of the images is running; waiting for it'),
    );
    try {
      for (const [target, image] of images)
        if (!existsSync(image.archive)) await build(root, target, image, say);
    } finally {
      release();
    }
  }
  return /** @type {Record<Target, Image>} */ (Object.fromEntries(images));
}

/**
 * @param {string} root
 * @param {Target} target
 * @returns {Image}
 */
function imageOf(root, target) {
  const repository = target === 'memwarden' ? 'memwarden' : `memwarden-${target}`;
  const made = fingerprint(
    root,
    ['images', ...SOURCES[target]],
    [process.arch],
    (file) => !/\.spec\.tsx?$/u.test(file),
  );
  return {
    reference: `${LIBRARY}/${repository}:${imageVersion(root)}`,
    archive: join(imagesFolder(), `${target}-${made.slice(0, 16)}.tar`),
  };
}

/**
 * @param {string} root
 * @param {Target} target
 * @param {Image} image
 * @param {(line: string) => void} say
 */
async function build(root, target, { reference, archive }, say) {
  const base = await needBase(root, say);
  say(`building the image ${target} …`);
  const started = performance.now();
  await buildah([
    ...['bud', '--isolation', 'chroot', '--pull-never', '--layers', '--quiet', '--target', target],
    ...[
      '--file',
      join(root, 'images/Containerfile'),
      '--ignorefile',
      join(root, 'images/Containerfile.dockerignore'),
    ],
    ...['--build-arg', `BUILD_BASE=${base}`, '--build-arg', `VERSION=${imageVersion(root)}`],
    ...['--build-arg', `REVISION=${revision(root)}`, ...volumes(), '--tag', reference, root],
  ]);
  mkdirSync(imagesFolder(), { recursive: true });
  const unfinished = `${archive}.${process.pid}`;
  try {
    await buildah(['push', '--quiet', reference, `oci-archive:${unfinished}:${reference}`]);
    renameSync(unfinished, archive);
  } finally {
    rmSync(unfinished, { force: true });
  }
  forgetOld(target);
  await forgetLayers();
  say(`image ${target}: done in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/** npm inside the build uses the packages and settings of the npm outside. */
function volumes() {
  const home = homedir();
  return [
    [join(home, '.npm'), '/root/.npm', 'rw'],
    [join(home, '.npmrc'), '/root/.npmrc', 'ro'],
    ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/certs/ca-certificates.crt', 'ro'],
  ].flatMap(([from = '', to, how]) => (existsSync(from) ? ['--volume', `${from}:${to}:${how}`] : []));
}

/** @param {string} root */
function revision(root) {
  const { status, stdout } = spawnSync('git', ['-C', root, 'rev-parse', 'HEAD'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}

function imagesFolder() {
  return join(clusterCache(), 'images');
}

/** @param {Target} target */
function forgetOld(target) {
  const files = readdirSync(imagesFolder())
    .filter((file) => file.startsWith(`${target}-`) && file.endsWith('.tar'))
    .map((file) => join(imagesFolder(), file))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const file of files.slice(KEPT)) rmSync(file, { force: true });
}

async function forgetLayers() {
  const layers = await buildah(['images', '--all', '--quiet']);
  if (layers.split('\n').length > MOST_LAYERS) await buildah(['rmi', '--prune', '--force']);
}
