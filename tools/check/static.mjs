/*
 * What is known without running anything of ours: format, types, lint, layers, dead and doubled code, generated files.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { which } from '../setup/command.mjs';
import { one, tool, toolCheck } from './command.mjs';
import { checkGenerated } from './generated.mjs';

/**
 * @param {string} root
 * @returns {import('./run.mjs').Check[]}
 */
export function staticChecks(root) {
  return [
    toolCheck(root, 'types', ['tsc', '-p', 'tsconfig.json', '--noEmit']),
    toolCheck(root, 'types of the page', ['tsc', '-p', 'apps/web/tsconfig.json', '--noEmit']),
    toolCheck(root, 'types of the tools', ['tsc', '-p', 'tools/tsconfig.json']),
    toolCheck(root, 'prettier', ['prettier', '--check', '--log-level', 'warn', '.']),
    toolCheck(root, 'eslint', [
      'eslint',
      '.',
      '--max-warnings',
      '0',
      '--cache',
      '--cache-strategy',
      'content',
      '--cache-location',
      'build/check/eslint',
    ]),
    toolCheck(root, 'layers', ['depcruise', 'apps', 'libs', 'test', 'bench']),
    toolCheck(root, 'dead code', ['knip', '--no-progress']),
    toolCheck(root, 'doubled code', ['jscpd', '--config', '.jscpd.json']),
    { name: 'generated files', lane: 'first', run: () => checkGenerated(root) },
    {
      name: 'clang-format',
      lane: 'second',
      cannotRun: () => (which('clang-format-16') ? undefined : 'clang-format-16 is not installed'),
      run: async () =>
        one(
          await tool(root, 'clang-format-16', [
            '--dry-run',
            '-Werror',
            '--style=file',
            ...nativeSources(root),
          ]),
        ),
    },
  ];
}

/** @param {string} root */
export function nativeSources(root) {
  return ['native', 'test/workloads'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(cpp|hpp|c|h)$/u.test(file))
      .map((file) => join(folder, file)),
  );
}
