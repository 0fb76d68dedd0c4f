import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MEMORY_FINDINGS } from '#kube';
import { MOST_OBJECTS } from '#contracts/store';
import { ApiServer } from './api-server.js';
import { finding } from './finding.js';
import { inTurns } from './in-turns.js';
import { openFindings } from './stores.js';

const MIB = 1024 * 1024;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapMiB(): number {
  collect();
  return process.memoryUsage().heapUsed / MIB;
}

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
  await server.applyCrds();
  const client = server.client();
  await inTurns(Array.from({ length: MOST_OBJECTS }).keys(), async (i) => {
    const { status, ...rest } = finding(`f-${i}`);
    const created = await client.create(MEMORY_FINDINGS, rest);
    await client.update(MEMORY_FINDINGS, { ...created, ...{ status } }, { subresource: 'status' });
  });
}, 400_000);
afterAll(async () => server[Symbol.asyncDispose]());

/** Figures are said; the bounds are those of a machine that does many other things at once. */
async function expectFit(name: string, from: ApiServer): Promise<void> {
  const before = heapMiB();
  const startedMs = performance.now();
  await using store = await openFindings(from.client());
  const tookMs = performance.now() - startedMs;
  const peakMiB = process.memoryUsage().heapUsed / MIB - before;
  const keptMiB = heapMiB() - before;
  expect(store.list()).toHaveLength(MOST_OBJECTS);
  const figures = `${MOST_OBJECTS} findings, ${name}: ${tookMs.toFixed(0)} ms, ${keptMiB.toFixed(1)} MiB kept, ${peakMiB.toFixed(1)} MiB at the end before collection`;
  process.stderr.write(`${figures}\n`);
  expect(tookMs).toBeLessThan(60_000);
  expect(keptMiB).toBeLessThan(60);
}

describe('a store of as many objects as there may be', () => {
  it('is read in seconds, and fits into some tens of MiB, streamed', async () => {
    await expectFit('streamed', server);
    await expectFit('streamed again', server);
  });
});
