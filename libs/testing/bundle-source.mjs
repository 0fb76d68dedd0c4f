/*
 * One program out of TypeScript sources, for what runs beside the product: benchmarks and the test machine's guest.
 * The product itself is built by tools/bundle.mjs from the compiler's output.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');

const localLibs = {
  name: 'local-libs',
  setup: ({ onResolve }) => onResolve({ filter: /^#/ }, ({ path }) => ({ path: sourceOf(path.slice(1)) })),
};

function sourceOf(name) {
  const [lib, door = 'index'] = name.split('/');
  const path = join(ROOT, 'libs', lib, 'src', `${door}.ts`);
  if (!existsSync(path)) throw new Error(`#${name} is not a local library: ${path} does not exist.`);
  return path;
}

/** Bundles `entry` into `outfile` (both relative to the repository) and returns the absolute path of the result. */
export async function bundleSource(entry, outfile) {
  const path = join(ROOT, outfile);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'esnext',
    sourcemap: 'inline',
    logLevel: 'error',
    external: ['koffi', 'playwright-core', 'esbuild'],
    banner: {
      js: "import { createRequire as __makeRequire } from 'node:module';\nconst require = __makeRequire(import.meta.url);",
    },
    plugins: [localLibs],
  });
  return path;
}
