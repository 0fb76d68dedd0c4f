/*
 * What is generated and kept in the checkout: the link's code from its protocol description, the OpenAPI document
 * from the schemas of the REST interface. `npm run generate` writes it; the quality gate demands no difference.
 */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { one, tool } from './command.mjs';

const LINK = 'libs/link';
const LINK_CODE = join(LINK, 'src/gen');
const OPENAPI = 'apps/controller/src/api/openapi.json';
const OPENAPI_WRITER = 'dist/apps/controller/src/api/write-openapi.js';

/**
 * @param {string} root the checkout, built
 * @param {string} target a folder that gets the files at the same places
 * @returns {Promise<{ status: number, output: string }>}
 */
export async function generate(root, target) {
  const document = join(target, OPENAPI);
  mkdirSync(dirname(document), { recursive: true });
  const steps = [
    () => tool(root, 'buf', ['lint'], { cwd: join(root, LINK) }),
    () => tool(root, 'buf', ['generate', '--output', join(target, LINK)], { cwd: join(root, LINK) }),
    () => tool(root, 'node', [OPENAPI_WRITER, document]),
    () => tool(root, 'prettier', ['--write', '--log-level', 'warn', '--ignore-path', '/dev/null', document]),
  ];
  let output = '';
  for (const step of steps) {
    const result = await step();
    output += result.output;
    if (result.status !== 0) return { status: result.status, output };
  }
  return { status: 0, output };
}

/**
 * @param {string} root
 * @returns {Promise<import('./run.mjs').Outcome>}
 */
export async function checkGenerated(root) {
  mkdirSync(join(root, 'build/check'), { recursive: true });
  // Inside the checkout, so that prettier finds its settings.
  const folder = await mkdtemp(join(root, 'build/check/generated-'));
  try {
    const generated = await generate(root, folder);
    if (generated.status !== 0) return one(generated);
    const code = await tool(root, 'diff', ['-r', '-u', LINK_CODE, join(folder, LINK_CODE)]);
    const document = await tool(root, 'diff', ['-u', OPENAPI, join(folder, OPENAPI)]);
    return one({
      status: code.status || document.status,
      output: `${code.output}${document.output}\nRun "npm run generate".`,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
