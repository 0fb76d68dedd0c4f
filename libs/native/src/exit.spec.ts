import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findLibrary } from './library.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memwarden-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('mw_exit ends Node while a thread of its pool waits for a file', () => {
  const stuck = join(folder, 'fifo');
  execFileSync('mkfifo', [stuck]);
  const script = `
    const koffi = require('koffi');
    const exit = koffi.load(${JSON.stringify(findLibrary(import.meta.dirname))}).func('void mw_exit(int32_t status)');
    require('node:fs').open(${JSON.stringify(stuck)}, 'r', () => undefined);
    setTimeout(() => exit(7), 100);`;

  const { status } = spawnSync(process.execPath, ['-e', script], {
    cwd: import.meta.dirname,
    timeout: 4000,
    killSignal: 'SIGKILL',
  });

  expect(status).toBe(7);
});
