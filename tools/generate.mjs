/*
 * `npm run generate`: makes every generated file of the checkout again. The quality gate demands that this changes
 * nothing.
 */
import { join } from 'node:path';
import { tool } from './check/command.mjs';

const root = join(import.meta.dirname, '..');
const { status, output } = await tool(root, 'buf', ['generate'], { cwd: join(root, 'libs/link') });
process.stdout.write(output);
process.exitCode = status;
