/*
 * `npm run generate`: makes every generated file of the checkout again.
 */
import { join } from 'node:path';
import { tool } from './check/command.mjs';
import { generate } from './check/generated.mjs';

const root = join(import.meta.dirname, '..');
// The sources as they are now: what was built last may be older.
await tool(root, 'tsc', ['-p', 'tsconfig.build.json']);
const { status, output } = await generate(root, root);
process.stdout.write(output);
process.exitCode = status;
