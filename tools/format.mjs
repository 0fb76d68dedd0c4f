/*
 * `npm run format`: prettier and clang-format write.
 */
import { join } from 'node:path';
import { tool } from './check/command.mjs';
import { nativeSources } from './check/static.mjs';
import { which } from './setup/command.mjs';

const root = join(import.meta.dirname, '..');
const steps = [['prettier', '--write', '--log-level', 'warn', '.']];
if (which('clang-format-16')) steps.push(['clang-format-16', '-i', '--style=file', ...nativeSources(root)]);
for (const [program = '', ...args] of steps) {
  const { status, output } = await tool(root, program, args);
  process.stdout.write(output);
  process.exitCode ||= status;
}
