/*
 * Builds the page to bundle/web: static files with hashed names, nothing from elsewhere.
 */
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [react()],
  resolve: { alias: [{ find: /^#contracts\/(.+)$/, replacement: `${root}libs/contracts/src/$1.ts` }] },
  build: {
    outDir: `${root}bundle/web`,
    emptyOutDir: true,
    target: 'es2023',
    // A data: URI would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
