import { describe, expect, it } from '@jest/globals';
import { Scenario } from '../../../../test/integration/support/acts-scenario.js';
import { applyChange, findingState } from './apply-change.js';
import type { FindingChange } from '#policy';
import type { MemoryFinding } from '#api';

async function confirmed(): Promise<Scenario> {
  const s = new Scenario();
  s.start();
  s.policy('Observe');
  for (let i = 0; i < 6; i += 1) await s.sample(900);
  return s;
}

function change(kind: 'Clear' | 'Gone' | 'Seen', finding: MemoryFinding): FindingChange {
  const { metadata, spec } = finding;
  const identity = { ...spec, name: metadata.name, type: 'Pressure', class: 'NonReclaimable' } as const;
  const observation = {
    takenAtMs: 1_000,
    bytes: 5,
    quality: 'Measured',
    limitBytes: 100,
    percent: 5,
  } as const;
  if (kind === 'Seen') return { kind, finding: identity, observation };
  return kind === 'Clear'
    ? { kind, finding: identity, wasConfirmed: true, observation, evidence: [] }
    : { kind, finding: identity, wasConfirmed: true, takenAtMs: 1_000, message: 'It ended.' };
}

describe('a change of a finding', () => {
  it('closes what was confirmed with what is known of its cleanups, and opens it again as the same object', async () => {
    await using s = await confirmed();
    const { finding } = s;
    const known = { finding, cleanups: [], nowMs: 1, installation: null };
    expect(applyChange(change('Clear', finding), known)).toMatchObject({
      kind: 'Update',
      object: {
        status: { conditions: expect.arrayContaining([expect.objectContaining({ reason: 'Cleared' })]) },
      },
    });
    await s.sample(100);
    expect(findingState(s.finding)).toBe('Closed');
    for (let i = 0; i < 2; i += 1) await s.sample(900);
    expect([s.findings.list().length, findingState(s.finding)]).toEqual([1, 'Suspected']);
    await s.sample(100);
    expect(s.findings.list()).toEqual([]);
  });

  it('says nothing of what is closed or not there', async () => {
    await using s = await confirmed();
    const { finding } = s;
    await s.sample(100);
    for (const kind of ['Clear', 'Gone', 'Seen'] as const) {
      expect(
        applyChange(change(kind, finding), { finding: null, cleanups: [], nowMs: 1, installation: null }),
      ).toEqual({
        kind: 'None',
      });
      expect(
        applyChange(change(kind, finding), {
          finding: s.finding,
          cleanups: [],
          nowMs: 1,
          installation: null,
        }),
      ).toEqual({
        kind: 'None',
      });
    }
  });
});
