import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rfc3339 } from '#api';
import { opensAt } from './windows.js';

const window = (schedule: string, durationSeconds: number, timeZone = 'UTC') => ({
  schedule,
  durationSeconds,
  timeZone,
});
const at = (text: string): number => Date.parse(text);
const next = (windows: Parameters<typeof opensAt>[0], now: string): string => {
  const nowMs = at(now);
  const opening = opensAt(windows, nowMs);
  return opening === nowMs ? 'open' : rfc3339(opening);
};

describe('opensAt', () => {
  const night = [window('0 22 * * *', 6 * 3600, 'Europe/Berlin')];

  it.each([
    ['before', '2026-11-21T20:59:59.999Z', '2026-11-21T21:00:00.000Z'],
    ['at the opening', '2026-11-21T21:00:00.000Z', 'open'],
    ['over midnight', '2026-11-22T02:59:59.999Z', 'open'],
    ['at its end', '2026-11-22T03:00:00.000Z', '2026-11-22T21:00:00.000Z'],
    ['in summer an hour earlier', '2026-07-01T19:59:59.000Z', '2026-07-01T20:00:00.000Z'],
  ])('%s', (_, now, expected) => {
    expect(next(night, now)).toBe(expected);
  });

  it('an hour that does not exist in spring: the window still opens once, and lasts its elapsed time', () => {
    // Berlin, 2026-03-29: 02:00 becomes 03:00, which is 01:00 UTC.
    const spring = [window('30 2 * * *', 3600, 'Europe/Berlin')];
    const opening = opensAt(spring, at('2026-03-28T20:00:00Z'));
    expect(opening).toBe(at('2026-03-29T01:00:00Z'));
    expect(opensAt(spring, opening + 3_599_999)).toBe(opening + 3_599_999);
    expect(opensAt(spring, opening + 3_600_000)).toBe(at('2026-03-30T00:30:00Z'));
  });

  it('an hour that comes twice in autumn opens at the first, and is not longer for it', () => {
    // Berlin, 2026-10-25: 03:00 becomes 02:00 again, at 01:00 UTC.
    const autumn = [window('30 2 * * *', 1800, 'Europe/Berlin')];
    expect(next(autumn, '2026-10-24T20:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(next(autumn, '2026-10-25T00:59:59Z')).toBe('open');
    expect(next(autumn, '2026-10-25T01:00:00Z')).not.toBe('open');
  });

  it('across the change a window of six hours has six hours', () => {
    const opening = at('2026-10-24T20:00:00Z');
    expect(opensAt(night, opening)).toBe(opening);
    expect(opensAt(night, opening + 6 * 3_600_000 - 1)).toBe(opening + 6 * 3_600_000 - 1);
    expect(opensAt(night, opening + 6 * 3_600_000)).toBeGreaterThan(opening + 6 * 3_600_000);
  });

  it('any open window is enough; none at all: always', () => {
    expect(next([...night, window('0 12 * * *', 60)], '2026-11-21T12:00:30Z')).toBe('open');
    expect(next([...night, window('0 12 * * *', 60)], '2026-11-21T12:01:00Z')).toBe(
      '2026-11-21T21:00:00.000Z',
    );
    expect(next([], '2026-11-21T12:00:00Z')).toBe('open');
  });

  it('time zones without a whole hour, and on both sides of the date line', () => {
    expect(next([window('0 9 * * *', 60, 'Asia/Kathmandu')], '2026-01-01T00:00:00Z')).toBe(
      '2026-01-01T03:15:00.000Z',
    );
    expect(next([window('0 9 * * 1', 60, 'Pacific/Kiritimati')], '2026-01-04T00:00:00Z')).toBe(
      '2026-01-04T19:00:00.000Z',
    );
  });

  it('is never in the past, and at the time that it says it is open', () => {
    const hour = fc.integer({ min: 0, max: 23 });
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
    );
    const time = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });
    fc.assert(
      fc.property(hour, zone, fc.integer({ min: 60, max: 86_400 }), time, (h, timeZone, duration, nowMs) => {
        const windows = [window(`15 ${h} * * *`, duration, timeZone)];
        const opening = opensAt(windows, nowMs);
        expect(opening).toBeGreaterThanOrEqual(nowMs);
        expect(opensAt(windows, opening)).toBe(opening);
        expect(opening - nowMs).toBeLessThanOrEqual(25 * 3_600_000);
      }),
      { numRuns: 200 },
    );
  });
});
