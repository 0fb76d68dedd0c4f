/*
 * What is generated and kept in the checkout: the link's code from its protocol description, the OpenAPI document
 * from the schemas of the REST interface, types, schemas and reference of the custom resources from their CRDs,
 * the reference of the chart's values from their comments. `npm run generate` writes it; the quality gate demands no difference.
 */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { one, tool } from './command.mjs';

const LINK = 'libs/link';
const LINK_CODE = join(LINK, 'src/gen');
const OPENAPI = 'apps/controller/src/api/openapi.json';
const API_FILES = [
  'libs/api/src/gen/types.ts',
  'libs/api/src/gen/schemas.ts',
  'docs/reference/crds.md',
  'docs/reference/values.md',
];
const OPENAPI_WRITER = 'dist/apps/controller/src/api/write-openapi.js';

/**
 * @param {string} root the checkout, built
 * @param {string} target a folder that gets the files at the same places
 * @returns {Promise<{ status: number, output: string }>}
 */
export async function generate(root, target) {
  const document = join(target, OPENAPI);
  mkdirSync(dirname(document), { recursive: true });
  const written = [OPENAPI, ...API_FILES].map((file) => join(target, file));
  const steps = [
    () => tool(root, 'buf', ['lint'], { cwd: join(root, LINK) }),
    () => tool(root, 'buf', ['generate', '--output', join(target, LINK)], { cwd: join(root, LINK) }),
    () => tool(root, 'node', [OPENAPI_WRITER, document]),
    () => tool(root, 'node', ['tools/generate-api.mjs', target]),
    () =>
      tool(root, 'prettier', ['--write', '--log-level', 'warn', '--ignore-path', '/dev/null', ...written]),
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
    const differences = [];
    for (const path of [LINK_CODE, OPENAPI, ...API_FILES])
      differences.push(await tool(root, 'diff', ['-r', '-u', path, join(folder, path)]));
    return one({
      status: differences.find(({ status }) => status !== 0)?.status ?? 0,
      output: `${differences.map(({ output }) => output).join('')}\nRun "npm run generate".`,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
