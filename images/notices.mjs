/*
 * node notices.mjs FOLDER: the licences of all packages that the product's bundles may hold, as one text on stdout. FOLDER has a package-lock.json
 * and what it lists.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '.'] = process.argv.slice(2);
const LICENCE = /^(licen[cs]e|notice|copying)/iu;

/** @type {{ packages: Record<string, { version?: string, license?: string, dev?: boolean }> }} */
const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
for (const [path, { version, license, dev }] of Object.entries(packages)) {
  const at = join(folder, path);
  if (path === '' || dev || !existsSync(at)) continue;
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const texts = readdirSync(at, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE.test(entry.name))
    .map(({ name: file }) => readFileSync(join(at, file), 'utf8').trim());
  process.stdout.write(`${'='.repeat(80)}\n${name} ${version} (${license})\n\n${texts.join('\n\n')}\n\n`);
}
