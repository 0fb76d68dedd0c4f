/*
 * The table of accepted and refused objects of libs/api, asked of a real API server with our CRDs: local mode, which
 * evaluates the same schemas and rules with an engine of its own, and a cluster say the same of the same object.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { objectTable, type TableCase } from '../../libs/api/test/object-table.js';
import { NAMESPACE, type KubeObject } from './support/helm.js';
import { ADMIN, ChartServer, type Answer } from './support/server.js';

const STRICT = '?fieldValidation=Strict';
const KINDS: Readonly<Record<string, string>> = {
  policy: 'MemoryPolicy',
  'all-detectors': 'MemoryPolicy',
  finding: 'MemoryFinding',
  cleanup: 'MemoryCleanup',
  'node-memory': 'NodeMemory',
};

let server: ChartServer;
beforeAll(async () => {
  server = await ChartServer.start();
  await server.api.applyCrds(['memorypolicies', 'memoryfindings', 'memorycleanups', 'nodememories']);
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

/** Where an object of this row is sent to: what is wrong about its type must be seen there, too. */
async function collection({ base }: TableCase): Promise<string> {
  const metadata = { name: 'x', namespace: NAMESPACE };
  return server.collection({ apiVersion: 'memwarden.dev/v1alpha1', kind: KINDS[base] ?? base, metadata });
}

/** What was exported has the version that it had, which a server takes for an update only. */
function asNew(object: Partial<KubeObject>): unknown {
  if (object.metadata === undefined) return object;
  const metadata: Record<string, unknown> = { ...object.metadata };
  delete metadata['resourceVersion'];
  return { ...object, metadata };
}

async function answerTo(row: TableCase): Promise<Answer> {
  const path = await collection(row);
  const first = (row.old ?? row.object) as KubeObject;
  const created = await send('POST', path, asNew(first));
  if (created.status !== 201) return created;
  const { name } = first.metadata;
  const at = `${path}/${name}`;
  try {
    return await written(at, row, created);
  } finally {
    await server.ask({ method: 'DELETE', path: at });
  }
}

/** Spec with the object, status by its subresource, as Kubernetes has it. */
async function written(at: string, row: TableCase, created: Answer): Promise<Answer> {
  const { resourceVersion } = (created.body as { metadata: { resourceVersion: string } }).metadata;
  const now = { ...(row.object as { metadata: object }) };
  const object = { ...now, metadata: { ...now.metadata, resourceVersion } };
  const updated = row.old === undefined ? created : await send('PUT', at, object);
  if (updated.status >= 300 || !('status' in now)) return updated;
  const newest = (updated.body as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  const status = { ...object, metadata: { ...now.metadata, resourceVersion: newest } };
  return send('PUT', `${at}/status`, status);
}

function send(method: string, path: string, body: unknown): Promise<Answer> {
  return server.ask({ method, path: `${path}${STRICT}`, body, as: ADMIN });
}

const isAccepted = ({ status }: Answer): boolean => status < 300;

describe('a real API server', () => {
  const table = objectTable();

  it.each(table.map((row) => [row.server, row.name, row] as const))('%s: %s', async (_server, _name, row) => {
    const answer = await answerTo(row);
    const said = isAccepted(answer) ? 'accepted' : 'refused';
    expect({ said, message: answer.message }).toMatchObject({
      said: row.server === 'accepts' ? 'accepted' : 'refused',
    });
    const words = row.server === 'same' ? Object.values(row.says ?? {}) : [];
    expect(words.filter((word) => !answer.message.includes(word))).toEqual([]);
  });
});
