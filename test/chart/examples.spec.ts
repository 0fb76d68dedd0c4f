/*
 * The worked policies of docs/guide/policies.md, each applied to a real API server.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parsePolicyFile } from '#api';
import type { KubeObject } from './support/helm.js';
import { ADMIN, ChartServer } from './support/server.js';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'examples/cluster');
const files = readdirSync(FOLDER).sort();
const guide = readFileSync(join(ROOT, 'docs/guide/policies.md'), 'utf8');
const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

let server: ChartServer;
beforeAll(async () => {
  server = await ChartServer.start();
  await server.api.applyCrds(['memorypolicies']);
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

describe('the worked policies', () => {
  it('are ten, each with its section in the guide', () => {
    expect(files.length).toBeGreaterThanOrEqual(10);
    expect(files.filter((file) => !guide.includes(`(../../examples/cluster/${file})`))).toEqual([]);
  });

  it.each(files)(
    '%s is taken by the API server, with the defaults that local mode fills in',
    async (file) => {
      const { status, message, body } = await server.create(
        parse(textOf(file)) as KubeObject,
        ADMIN,
        '?fieldValidation=Strict',
      );
      expect({ status, message }).toEqual({ status: 201, message: '' });
      const [local] = parsePolicyFile(textOf(file), 'Cluster').items;
      expect(local?.rejected).toBeNull();
      expect(body['spec']).toEqual(local?.object?.spec);
    },
  );

  it.each(files)('%s has the name of its file, and does not act before somebody edits it', (file) => {
    const { items } = parsePolicyFile(textOf(file), 'Cluster');
    expect(items.map(({ name }) => `${name ?? ''}.yaml`)).toEqual([file]);
    expect(items.map(({ object }) => object?.spec.mode)).not.toContain('Enforce');
  });
});
