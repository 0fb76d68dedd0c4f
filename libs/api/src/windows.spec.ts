import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { windowsAt, type PolicyWindow } from './index.js';
import { scheduleProblem, timeZoneProblem } from './windows.js';

const at = (text: string): number => Date.parse(text);
const nightly: PolicyWindow = { schedule: '0 22 * * *', durationSeconds: 6 * 3600, timeZone: 'UTC' };

describe('windowsAt', () => {
  it('is open for ever without windows', () => {
    expect(windowsAt([], 0)).toEqual({ isOpen: true, changesAtMs: null });
  });

  it.each([
    ['2026-11-21T21:59:59.999Z', false, '2026-11-21T22:00:00Z'],
    ['2026-11-21T22:00:00Z', true, '2026-11-22T04:00:00Z'],
    ['2026-11-22T03:59:59.999Z', true, '2026-11-22T04:00:00Z'],
    ['2026-11-22T04:00:00Z', false, '2026-11-22T22:00:00Z'],
  ])('at %s it is %p until %s', (now, isOpen, changes) => {
    expect(windowsAt([nightly], at(now))).toEqual({ isOpen, changesAtMs: at(changes) });
  });

  it('knows summer and winter', () => {
    const berlin = { ...nightly, timeZone: 'Europe/Berlin' };
    expect(windowsAt([berlin], at('2026-07-01T12:00:00Z')).changesAtMs).toBe(at('2026-07-01T20:00:00Z'));
    expect(windowsAt([berlin], at('2026-12-01T12:00:00Z')).changesAtMs).toBe(at('2026-12-01T21:00:00Z'));
  });

  it('opens for an hour that does not exist in spring at the end of the gap, as cron does', () => {
    const gap = { schedule: '30 2 * * *', durationSeconds: 3600, timeZone: 'Europe/Berlin' };
    // 2027-03-28, 02:00 becomes 03:00: half past two is three.
    expect(windowsAt([gap], at('2027-03-28T00:00:00Z'))).toEqual({
      isOpen: false,
      changesAtMs: at('2027-03-28T01:00:00Z'),
    });
    expect(windowsAt([gap], at('2027-03-28T01:45:00Z'))).toEqual({
      isOpen: true,
      changesAtMs: at('2027-03-28T02:00:00Z'),
    });
  });

  it('knows the last and the next opening at any time, in a zone whose change is half an hour', () => {
    const window = { schedule: '15 13 * * *', durationSeconds: 60, timeZone: 'Australia/Lord_Howe' };
    for (let hour = 0; hour < 72; hour += 1) {
      const nowMs = at('2026-04-04T00:00:00Z') + hour * 3_600_000;
      const { changesAtMs } = windowsAt([window], nowMs);
      expect((changesAtMs ?? 0) - nowMs).toBeGreaterThan(0);
      expect((changesAtMs ?? 0) - nowMs).toBeLessThan(25 * 3_600_000);
    }
  });

  it('is open while one of several is', () => {
    const noon = { ...nightly, schedule: '0 12 * * *', durationSeconds: 3600 };
    expect(windowsAt([nightly, noon], at('2026-11-21T12:30:00Z'))).toEqual({
      isOpen: true,
      changesAtMs: at('2026-11-21T13:00:00Z'),
    });
    expect(windowsAt([nightly, noon], at('2026-11-21T05:00:00Z')).changesAtMs).toBe(
      at('2026-11-21T12:00:00Z'),
    );
  });

  it('always says a time that is to come', () => {
    const windows = fc.record({
      schedule: fc.constantFrom('* * * * *', '*/7 1-5 * * *', '0 0 29 2 *', '30 2 * * SUN', '0 0 1,15 * *'),
      durationSeconds: fc.integer({ min: 60, max: 604_800 }),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe'),
    });
    const nows = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(fc.array(windows, { minLength: 1, maxLength: 3 }), nows, (each, now) => {
        const { changesAtMs } = windowsAt(each, now);
        expect(changesAtMs).toBeGreaterThan(now);
      }),
    );
  });
});

describe('scheduleProblem', () => {
  it.each(['0 22 * * *', '*/15 8-18 * * MON-FRI', '0 0 1,15 JAN,JUL ?', '59 23 31 12 7', '0 0 29 2 *'])(
    'takes %p',
    (schedule) => {
      expect(scheduleProblem(schedule)).toBeNull();
    },
  );

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '0 0 0 * *',
    '0 0 31 2 *',
    '0 0 L * *',
    '0 0 * * 1#2',
    'H * * * *',
    '@daily',
    '5-1 * * * *',
    '*/0 * * * *',
    'a b c d e',
    '1,,2 * * * *',
    '\u001b[2J * * * *',
  ])('refuses %p with plain words', (schedule) => {
    expect(scheduleProblem(schedule)).toMatch(/^[\x20-\x7e…]+$/);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^([0-9*,/?A-Z-]{1,6} ){4}[0-9*,/?A-Z-]{1,6}$/)),
        (schedule) => {
          const isGood = scheduleProblem(schedule) === null;
          const window = { schedule, durationSeconds: 60, timeZone: 'UTC' };
          expect(isGood ? windowsAt([window], 0).changesAtMs : 1).toBeGreaterThan(0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('timeZoneProblem', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'])('takes %p', (name) => {
    expect(timeZoneProblem(name)).toBeNull();
  });

  it.each(['', '+02:00', 'Europe/Bielefeld', 'Local', 'a'.repeat(1e5)])('refuses %p', (name) => {
    expect(timeZoneProblem(name)).toContain('is no time zone');
  });
});
