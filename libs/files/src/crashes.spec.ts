import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { auditTrial } from '../test/audit-trial.js';
import { storeTrial, type TrialFigures } from '../test/store-trial.js';
import { valueTrial } from '../test/value-trial.js';

// On a busy machine; what does not happen is seen as a timeout.
jest.setTimeout(60_000);

async function tried(trial: (seed: number) => Promise<TrialFigures>): Promise<TrialFigures> {
  const sum = { acknowledged: 0, failed: 0, crashes: 0 };
  const property = fc.asyncProperty(fc.nat(), async (seed) => {
    const { acknowledged, failed, crashes } = await trial(seed);
    sum.acknowledged += acknowledged;
    sum.failed += failed;
    sum.crashes += crashes;
  });
  await fc.assert(property, { numRuns: 250 });
  return sum;
}

describe('power cuts and failures at any step', () => {
  it('objects: what was acknowledged is there, nothing is half written, what failed is not there', async () => {
    const { acknowledged, failed, crashes } = await tried(storeTrial);
    expect(acknowledged).toBeGreaterThan(2000);
    expect(failed).toBeGreaterThan(100);
    expect(crashes).toBeGreaterThan(400);
  });

  it('audit: what was acknowledged is there once, and what failed is not', async () => {
    const { acknowledged, failed, crashes } = await tried(auditTrial);
    expect(acknowledged).toBeGreaterThan(2000);
    expect(failed).toBeGreaterThan(100);
    expect(crashes).toBeGreaterThan(400);
  });

  it('a value: what was acknowledged is there, whole', async () => {
    const { acknowledged, failed, crashes } = await tried(valueTrial);
    expect(acknowledged).toBeGreaterThan(1000);
    expect(failed).toBeGreaterThan(100);
    expect(crashes).toBeGreaterThan(400);
  });
});
