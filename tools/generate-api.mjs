/*
 * `node tools/generate-api.mjs TARGET`: the CRDs as types, as schemas that run, and as a reference for people; the chart's
 * values as a reference.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCrds } from './api/crds.mjs';
import { referenceOf } from './api/reference.mjs';
import { schemasOf } from './api/schemas.mjs';
import { typesOf } from './api/types.mjs';
import { valuesReferenceOf } from './api/values.mjs';

const root = join(import.meta.dirname, '..');
const target = process.argv[2] ?? root;
const resources = readCrds(root);
const files = {
  'libs/api/src/gen/types.ts': typesOf(resources),
  'libs/api/src/gen/schemas.ts': schemasOf(resources),
  'docs/reference/crds.md': referenceOf(resources),
  'docs/reference/values.md': valuesReferenceOf(root),
};
for (const [file, text] of Object.entries(files)) {
  mkdirSync(dirname(join(target, file)), { recursive: true });
  writeFileSync(join(target, file), text);
}
