/*
 * npm run image [-- TARGET …]: the images of this checkout as OCI archives, without a registry of images. Prints one line each: name and file.
 */
import { join } from 'node:path';
import { needImages } from './cluster/images.mjs';
import { Problem } from './setup/problem.mjs';

const root = join(import.meta.dirname, '..');
const say = (/** @type {string} */ line) => process.stderr.write(`image: ${line}\n`);

try {
  const asked = /** @type {import('./cluster/images.mjs').Target[]} */ (process.argv.slice(2));
  const images = await needImages(root, { say, targets: asked.length > 0 ? asked : ['memwarden'] });
  for (const { reference, archive } of Object.values(images))
    process.stdout.write(`${reference} ${archive}\n`);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  say(`${error.message}\n${error.next}`);
  process.exitCode = 1;
}
