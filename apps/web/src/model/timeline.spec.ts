import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyCleanups, cleanup, closed, NOON_MS, step } from '../../test/objects.js';
import { dayText, sumText } from './day.js';
import type { Cleanup } from './objects.js';
import { dayOf, newestFirst, timelineItems, type TimelineItem } from './timeline.js';

const NOTHING: ReadonlySet<string> = new Set();

function namesIn(items: readonly TimelineItem[]): readonly string[] {
  return items.flatMap((item) => {
    if (item.kind === 'entry') return [item.cleanup.name];
    return item.kind === 'fold' ? item.cleanups.map((one) => one.name) : [];
  });
}

function refused(name: string, minutes: number, reason = 'NoHandler'): Cleanup {
  const steps = [step({ state: 'Refused', outcome: 'Refused', reason })];
  return closed('Refused', { name, steps }, NOON_MS - minutes * 60_000);
}

describe('the time line', () => {
  it('has every cleanup once, in an entry or in a fold, newest first', () => {
    fc.assert(
      fc.property(anyCleanups, (all) => {
        const items = timelineItems(all, NOTHING, null);
        expect(namesIn(items)).toEqual(newestFirst(all).map((one) => one.name));
        expect(new Set(items.map((item) => item.key)).size).toBe(items.length);
      }),
    );
  });

  it('the days’ sums are the sum of all, folded or not', () => {
    fc.assert(
      fc.property(anyCleanups, (all) => {
        const days = timelineItems(all, NOTHING, null).flatMap((item) =>
          item.kind === 'day' ? [item.sum] : [],
        );
        const freed = days.reduce((sum, day) => sum + day.freedBytes, 0);
        expect(freed).toBe(all.reduce((sum, one) => sum + one.freedBytes, 0));
      }),
    );
  });

  it.each(['Freed', 'Unknown', null])('what is %s is never folded away, however alike', (reason) => {
    const all = [0, 1, 2, 3, 4, 5].map((at) =>
      reason === null ? cleanup({ name: `c${at}` }) : closed(reason, { name: `c${at}` }),
    );
    expect(timelineItems(all, NOTHING, null).map((item) => item.kind)).toEqual([
      'day',
      ...all.map(() => 'entry'),
    ]);
  });

  it('folds the same refusal over and over behind its newest, and opens it where it was', () => {
    const all = [0, 1, 2, 3, 4].map((at) => refused(`r${at}`, at));
    const folded = timelineItems(all, NOTHING, null);
    expect(folded.map((item) => item.kind)).toEqual(['day', 'entry', 'fold']);
    const key = folded[2]?.key ?? '';
    expect(timelineItems([...all, refused('newer', -1)], new Set([key]), null)).toHaveLength(7);
    expect(timelineItems(all, NOTHING, 'r3').map((item) => item.kind)).not.toContain('fold');
  });

  it('does not fold what differs in its reason, nor a few', () => {
    const few = [0, 1, 2].map((at) => refused(`r${at}`, at));
    expect(timelineItems(few, NOTHING, null)).toHaveLength(4);
    const mixed = [0, 1, 2, 3].map((at) => refused(`r${at}`, at, at === 2 ? 'NotOptedIn' : 'NoHandler'));
    expect(timelineItems(mixed, NOTHING, null).some((item) => item.kind === 'fold')).toBe(false);
  });

  it('of 10,000 is made in a moment', () => {
    const all = Array.from({ length: 10_000 }, (_, at) => refused(`r${at}`, at, at % 2 === 0 ? 'A' : 'B'));
    const startMs = performance.now();
    expect(timelineItems(all, NOTHING, null).length).toBeGreaterThan(10_000);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});

describe('days', () => {
  it('are UTC, with words for the last two', () => {
    expect(dayOf(NOON_MS)).toBe('2026-11-21');
    expect(dayOf(NaN)).toBe('');
    expect(dayText('2026-11-21', '2026-11-21')).toBe('Today');
    expect(dayText('2026-11-20', '2026-11-21')).toBe('Yesterday');
    expect(dayText('2026-11-19', '2026-11-21')).toBe('Thu 19 Nov');
    expect(dayText('', '2026-11-21')).toBe('At an unknown time');
  });

  it('sum up acts, what would have been done, and refusals', () => {
    const none = { acts: 0, wouldAct: 0, refused: 0, freedBytes: 0 };
    expect(sumText(none)).toBe('');
    expect(sumText({ ...none, acts: 1, freedBytes: 2 ** 30 })).toBe('1 act, 1.0 GiB freed');
    expect(sumText({ ...none, wouldAct: 2, refused: 3 })).toBe('2 would have · 3 refused');
  });
});
