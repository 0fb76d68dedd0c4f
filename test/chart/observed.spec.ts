/*
 * What was observed is written by the controller alone, whatever rights others have.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cleanup, installed, TARGET } from './support/cleanups.js';
import type { KubeObject } from './support/helm.js';
import { account, ADMIN, person, type ChartServer } from './support/server.js';

const CONTROLLER = account('memwarden-controller');
const HEAD = { apiVersion: 'memwarden.dev/v1alpha1' };
const POLICY_REF = { name: 'p', uid: 'u', generation: 1 };
const FINDING: KubeObject = {
  ...HEAD,
  kind: 'MemoryFinding',
  metadata: { name: 'pressure-0123456789ab', namespace: 'web' },
  ...{
    spec: {
      ...{ type: 'Pressure', class: 'NonReclaimable', detector: 'full' },
      ...{ policyRef: POLICY_REF, target: TARGET },
    },
  },
};
const PRESSURE = { percentOfLimit: 90, clearPercent: 80 };
const POLICY: KubeObject = {
  ...HEAD,
  kind: 'MemoryPolicy',
  metadata: { name: 'first' },
  ...{
    spec: { match: { all: true }, detectors: [{ name: 'full', type: 'Pressure', pressure: PRESSURE }] },
  },
};
const NODE: KubeObject = { ...HEAD, kind: 'NodeMemory', metadata: { name: 'node-1' } };
const AT = '2026-11-21T12:00:00Z';

let server: ChartServer;
beforeAll(async () => {
  server = await installed();
}, 180_000);
afterAll(async () => server[Symbol.asyncDispose]());

describe('what was observed', () => {
  it.each([FINDING, NODE])('is made by the controller alone: $kind', async (object) => {
    const refused = await server.create(object, ADMIN);
    expect(refused.status).toBe(403);
    expect(refused.message).toContain("what Memwarden's controller observed, and it alone writes them");
    expect((await server.create(object, CONTROLLER)).status).toBe(201);
  });

  it.each<[string, KubeObject, object]>([
    ['MemoryFinding', FINDING, { firstSeen: AT, lastSeen: AT, bytes: 1, quality: 'Measured' }],
    ['MemoryCleanup', cleanup('by-admin', person('admin')), { freedBytes: 1, requestedBy: 'person/admin' }],
    ['MemoryPolicy', POLICY, { observedGeneration: 1 }],
    ['NodeMemory', NODE, { observedAt: AT, bootID: 'x' }],
  ])('is its status: %s', async (_kind, object, status) => {
    // Those that only the controller makes are there already.
    await server.create(object, ADMIN);
    expect((await server.patch(object, { status }, ADMIN, 'status')).message).toContain(
      'it alone writes them',
    );
    expect((await server.patch(object, { status }, CONTROLLER, 'status')).message).toBe('');
    expect((await server.get(object)).body['status']).toMatchObject(status);
  });

  it('may have its metadata touched, so that the garbage collector can do its work', async () => {
    const change = { metadata: { labels: { seen: 'yes' } } };
    expect((await server.patch(FINDING, change, ADMIN)).status).toBe(200);
  });

  it('may be removed by an administrator', async () => {
    expect((await server.delete(FINDING, ADMIN)).status).toBe(200);
  });
});
