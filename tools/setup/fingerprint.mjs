/*
 * A fingerprint says what a step was made from: contents, never times, so that a fresh clone and a branch switched
 * to and fro are told apart correctly.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root
 * @param {readonly string[]} paths files and folders below root; a missing one counts as missing
 * @param {readonly (string | undefined)[]} [facts] what else matters: versions, paths
 * @param {(path: string) => boolean} [counts] which files count
 */
export function fingerprint(root, paths, facts = [], counts = () => true) {
  const hash = createHash('sha256');
  for (const fact of facts) hash.update(`${fact ?? ''}\0`);
  for (const path of paths) {
    for (const file of filesOf(root, path)) {
      if (!counts(file)) continue;
      hash.update(`${file}\0`);
      hash.update(readFileSync(join(root, file)));
      hash.update('\0');
    }
  }
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {string[]} in one order on every machine
 */
function filesOf(root, path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [path];
  return readdirSync(join(root, path), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) return filesOf(root, join(path, entry.name));
      return entry.isFile() ? [join(path, entry.name)] : [];
    });
}
