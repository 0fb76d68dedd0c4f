/*
 * A module of its own, so that the bundle keeps the parser apart and still finds its names: what a bundler makes of
 * `import('yaml')` has the CommonJS exports under `default`.
 */
export { parse } from 'yaml';
