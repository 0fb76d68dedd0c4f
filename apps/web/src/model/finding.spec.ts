import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanup, closed, finding, NOON_MS, policy } from '../../test/objects.js';
import { decisionText, holdsText, markOf, percentText, sinceText, sortedFindings } from './finding.js';

describe('a finding in words', () => {
  it('says how much of which limit', () => {
    expect(holdsText(finding())).toBe('95 B, 95 % of its 100 B limit');
    expect(holdsText(finding({ quality: 'Estimated' }))).toBe('≈ 95 B, 95 % of its 100 B limit');
    expect(holdsText(finding({ limitBytes: null }))).toBe('95 B, 95 % of its limit');
    expect(holdsText(finding({ percent: null, bytes: null }))).toBe('unknown');
    expect(sinceText(finding())).toBe('since 12:00 UTC');
  });

  it('never reads as full before it is', () => {
    expect([99.96, 100, 9.94, 0.4, 88.3].map(percentText)).toEqual([
      '> 99 %',
      '100 %',
      '9.9 %',
      '0.4 %',
      '88 %',
    ]);
  });

  it('says the rule that decided, or what came of the cleanup, whichever is newer', () => {
    const decision = { kind: 'Refuse', reason: 'TooOftenIneffective', message: '', atMs: NOON_MS + 1000 };
    expect(decisionText(finding({ decision }), null)).toBe(
      'Acts have freed too little here. Nothing more is tried.',
    );
    expect(decisionText(finding({ decision }), closed('Ineffective'))).toBe(
      'The last cleanup: ineffective. Acts have freed too little here. Nothing more is tried.',
    );
    expect(decisionText(finding({ decision }), closed('Freed', { freedBytes: 2048 }, NOON_MS + 2000))).toBe(
      'Freed 2 KiB.',
    );
    expect(decisionText(finding({ decision }), cleanup())).toBe('A cleanup is under way.');
    expect(decisionText(finding({ stage: 'Suspected' }), null)).toContain('not long enough');
    const gone = { reason: 'TargetGone', message: '', atMs: NOON_MS };
    expect(decisionText(finding({ stage: 'Closed', stageSaid: gone }), null)).toBe('The holder ended.');
    expect(decisionText(finding(), null)).toBe('Nothing was decided yet.');
  });

  it('counts from the mark of its own detector', () => {
    const policies = new Map([['caches', policy()]]);
    expect(markOf(finding(), policies)).toBe(90);
    expect(markOf(finding({ detector: 'other' }), policies)).toBeNull();
    expect(markOf(finding({ policy: { name: 'gone', generation: 1 } }), policies)).toBeNull();
  });
});

describe('findings in order', () => {
  it('those that need a person, then by stage, then by their share; and none is lost', () => {
    const stage = fc.constantFrom('Suspected', 'Confirmed', 'Closed');
    const percent = fc.option(fc.float({ min: 0, max: 100, noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(stage, percent, fc.boolean()), { maxLength: 30 }), (specs) => {
        const all = specs.map(([its, share], at) => finding({ name: `f${at}`, stage: its, percent: share }));
        const urgent = new Set(specs.flatMap(([, , is], at) => (is ? [`f${at}`] : [])));
        const sorted = sortedFindings(all, urgent);
        expect(new Set(sorted)).toEqual(new Set(all));
        const ranks = sorted.map(
          (one) => (urgent.has(one.name) ? 0 : 10) + ['Confirmed', 'Suspected', 'Closed'].indexOf(one.stage),
        );
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      }),
    );
  });

  it('the fullest first', () => {
    const all = [
      finding({ name: 'a', percent: 50 }),
      finding({ name: 'b', percent: 90 }),
      finding({ name: 'c', percent: null }),
    ];
    expect(sortedFindings(all, new Set()).map((one) => one.name)).toEqual(['b', 'a', 'c']);
  });
});
