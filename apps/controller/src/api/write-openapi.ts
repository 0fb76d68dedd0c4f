/*
 * Writes openapi.json beside this program's source: a step of `npm run generate`, never part of the controller.
 */
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { openapiDocument } from './openapi-document.js';

const [, , file = 'apps/controller/src/api/openapi.json'] = argv;
writeFileSync(file, `${JSON.stringify(openapiDocument('v1'), null, 2)}\n`);
