/*
 * A real API server takes every object that the chart renders.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { objectsOf, render, VALUES_SETS, type KubeObject } from './support/helm.js';
import { ChartServer } from './support/server.js';
import { FOREIGN_CRDS } from './support/foreign-crds.js';

let server: ChartServer;
beforeAll(async () => {
  server = await ChartServer.start();
  for (const crd of FOREIGN_CRDS) await server.api.applyCrd(crd);
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

async function refusals(objects: readonly KubeObject[], query: string): Promise<readonly string[]> {
  const said: string[] = [];
  for (const object of objects) {
    const { status, message } = await server.create(object, null, query);
    if (status !== 201) said.push(`${object.kind} ${object.metadata.name}: ${status} ${message}`);
  }
  return said;
}

describe('the API server takes', () => {
  it.each(VALUES_SETS)('every object rendered with the values %s', async (set) => {
    const objects = objectsOf(render(set));
    expect(await refusals(objects, '?dryRun=All&fieldValidation=Strict')).toEqual([]);
    expect(objects.length).toBeGreaterThan(5);
  });
});
