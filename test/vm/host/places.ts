/*
 * Where the test machine's things are: sources and build outputs in the checkout, downloads in the user's cache.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** npm starts every script in the checkout. */
export const ROOT = process.cwd();
export const BUILD = join(ROOT, 'build/vm');
export const ARTEFACTS = join(ROOT, 'artefacts/vm');
export const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'memwarden/vm');
