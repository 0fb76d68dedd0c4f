/*
 * Where the test machine's things are: sources and build outputs in the checkout, downloads in the user's cache.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** npm starts every script in the checkout. */
export const ROOT = process.cwd();
export const BUILD = join(ROOT, 'build/vm');
export const ARTEFACTS = join(ROOT, 'artefacts/vm');
/** What the guest measured: one JSON object a line, `name` says which. */
export const FIGURES = join(ARTEFACTS, 'figures.ndjson');
export const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'memwarden/vm');
