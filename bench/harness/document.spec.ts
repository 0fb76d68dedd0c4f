import { describe, expect, it } from '@jest/globals';
import { exact, result, table } from './document.js';

const figure = { name: 'a.b', metric: 'm', unit: 'ms', better: 'lower', goal: 8 } as const;
const machine = {
  cpu: 'x',
  cpus: 2,
  memoryMiB: 1,
  kernel: 'k',
  node: 'v',
  cgroup: 1,
  load: 2,
  busy: true,
} as const;

describe('result', () => {
  it.each([
    ['lower', 8, 'met'],
    ['lower', 8.1, 'missed'],
    ['higher', 8, 'met'],
    ['higher', 7.9, 'missed'],
  ] as const)('judges %s is better, %s against 8: %s', (better, value, verdict) => {
    expect(result({ ...figure, better }, exact(value)).verdict).toBe(verdict);
  });

  it('judges neither a figure without a goal nor one that was cut short', () => {
    expect(result({ name: 'a', metric: 'm', unit: 's', better: 'lower' }, exact(1))).not.toHaveProperty(
      'verdict',
    );
    expect(result({ ...figure, withoutVerdict: true, note: 'short' }, exact(1))).not.toHaveProperty(
      'verdict',
    );
  });
});

describe('a dispute', () => {
  const dispute = { decision: '011-x.md', bound: 9 };

  it('holds where the bound of the same run is beyond the goal, and names its record', () => {
    const row = result({ ...figure, note: 'n', dispute }, exact(12));
    expect(row).toMatchObject({ verdict: 'disputed', value: 12, goal: 8 });
    expect(row.note).toBe('n; not below 9 ms here, docs/decisions/011-x.md');
    expect(row).not.toHaveProperty('dispute');
  });

  it.each([
    { better: 'lower', value: 12, bound: 8, verdict: 'missed' },
    { better: 'lower', value: 8, bound: 9, verdict: 'met' },
    { better: 'higher', value: 5, bound: 7, verdict: 'disputed' },
    { better: 'higher', value: 5, bound: 8, verdict: 'missed' },
  ] as const)('$better is better, $value, bound $bound: $verdict', ({ better, value, bound, verdict }) => {
    const row = result({ ...figure, better, dispute: { ...dispute, bound } }, exact(value));
    expect(row.verdict).toBe(verdict);
  });
});

describe('table', () => {
  it('shows goal, verdict, what is missing and the load', () => {
    const text = table({
      suite: 's',
      machine,
      results: [result(figure, exact(9))],
      leftOut: [{ name: 'c.d', why: 'no browser' }],
    });
    expect(text).toContain('≤ 8');
    expect(text).toContain('missed');
    expect(text).toContain('c.d: left out, no browser');
    expect(text).toContain('load 2');
  });
});
