/*
 * The example policies of the checkout: each is accepted as it is, and none of them acts before somebody edits it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { parsePolicyFile } from '#api';
import { policyTexts } from './sources.js';
import { judge } from './verdict.js';

const FOLDER = join(import.meta.dirname, '../../../../policies');
const files = readdirSync(FOLDER);

describe('the examples', () => {
  it('are policies, each in a file of its name', async () => {
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const verdict of judge(await policyTexts([FOLDER], Readable.from([])))) {
      expect(verdict).toMatchObject({ accepted: true, problems: [] });
      expect(verdict.file).toBe(join(FOLDER, `${verdict.name}.yaml`));
    }
  });

  it.each(files)('%s only observes', (file) => {
    const { items } = parsePolicyFile(readFileSync(join(FOLDER, file), 'utf8'));
    expect(items.map(({ object }) => object?.spec.mode)).toEqual(['Observe']);
  });
});
