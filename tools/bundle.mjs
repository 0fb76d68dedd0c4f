/*
 * Makes one program per app out of what tsc emitted into dist/: tsc because esbuild emits no decorator metadata.
 * Only koffi stays outside, a native addon. A bundle is swapped in whole.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const APPS = ['controller', 'node-agent', 'cli'];

/** Nest imports optional packages inside try/catch: what is not installed stays external. @type {import('esbuild').Plugin} */
const optionalPackages = {
  name: 'optional-packages',
  setup(builder) {
    builder.onResolve({ filter: /^[@a-z]/ }, async (request) => {
      if (request.pluginData === 'asked' || request.kind === 'entry-point') return undefined;
      const { kind, importer, resolveDir } = request;
      const found = await builder.resolve(request.path, { kind, importer, resolveDir, pluginData: 'asked' });
      return found.errors.length > 0 ? { path: request.path, external: true } : undefined;
    });
  },
};

// An ES import of http reads all its exports, and one of them loads undici: megabytes that Nest, which only wants
// the names of status codes, never uses.
/** @type {import('esbuild').Plugin} */
const leanHttp = {
  name: 'lean-http',
  setup(builder) {
    builder.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'http', namespace: 'lean' } : undefined,
    );
    builder.onLoad({ filter: /^http$/, namespace: 'lean' }, () => ({
      contents: "module.exports = process.getBuiltinModule('node:http');",
    }));
  },
};

// CommonJS packages inside an ESM file still ask for these.
const banner =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";
const define = { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' };

/** @param {string} app */
async function bundle(app) {
  const folder = join(root, 'bundle', app);
  const unfinished = join(root, 'bundle', `.${app}`);
  rmSync(unfinished, { recursive: true, force: true });
  await build({
    entryPoints: { main: join(root, 'dist/apps', app, 'src/main.js') },
    outdir: unfinished,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true, // a command loads only what it needs
    chunkNames: '[name]-[hash]',
    platform: 'node',
    target: 'esnext', // 'node24' would down-level `using`
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true, // not identifiers: Nest's logs and messages use class names
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    conditions: ['node', 'import'],
    banner: { js: banner },
    define,
    external: ['koffi'],
    plugins: [leanHttp, optionalPackages],
    logLevel: 'warning',
  });
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : APPS;
await Promise.all(
  wanted.filter((app) => existsSync(join(root, 'dist/apps', app, 'src/main.js'))).map(bundle),
);
