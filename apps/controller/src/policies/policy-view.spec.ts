import { describe, expect, it } from '@jest/globals';
import { validatePolicy } from '#api';
import { policyView, type PolicyFacts } from './policy-view.js';

const FACTS: PolicyFacts = {
  ruled: { policy: 'p', rules: 0, shadowed: 0, shadowedBy: [] },
  lastDay: null,
  heldBackBy: null,
  agents: { desired: 2, updated: 1 },
  nowMs: Date.parse('2026-11-21T10:00:00Z'),
};

describe('a policy that is not accepted', () => {
  it('says where and why, bounded, and in one sentence', () => {
    const problems = Array.from({ length: 100 }, (_, i) => ({
      path: `spec.detectors[${i}].${'x'.repeat(2000)}`,
      message: 'is wrong.',
    }));
    const rejected = { reason: 'Invalid', problems } as const;
    const { status } = policyView({ source: '/p.yaml', name: 'p', object: null, rejected }, FACTS);
    expect(status?.problems).toHaveLength(32);
    expect(status?.problems?.[0]?.path).toHaveLength(1024);
    expect(status?.conditions?.[0]?.message.length).toBeLessThanOrEqual(1024);
    const one = { reason: 'Invalid', problems: [{ path: 'spec', message: 'is wrong.' }] } as const;
    const view = policyView({ source: '/p.yaml', name: 'p', object: null, rejected: one }, FACTS);
    expect(view.status?.problems).toEqual([{ path: 'spec', message: 'is wrong.' }]);
    expect(view.status?.conditions?.[0]?.message).toBe('spec: is wrong.');
    const asObject = { ...view, spec: { match: {}, detectors: [], actions: [] } };
    const said = validatePolicy(asObject);
    expect(said.ok ? [] : said.problems.filter(({ path }) => path.startsWith('status'))).toEqual([]);
  });
});
