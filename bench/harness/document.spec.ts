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
