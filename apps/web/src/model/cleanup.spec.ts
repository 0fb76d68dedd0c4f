import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyCleanup, cleanup, closed, measured, NOON_MS, step, verified } from '../../test/objects.js';
import {
  afterText,
  barShape,
  beforeAfter,
  deltaText,
  outcomeOf,
  OUTCOME_WORD,
  sentenceOf,
  stepAt,
  timeOf,
} from './cleanup.js';

const MIB = 2 ** 20;

describe('the outcome of a cleanup', () => {
  it('is what its condition says, and under way without one', () => {
    expect(outcomeOf(cleanup())).toBe('UnderWay');
    for (const reason of [
      'Freed',
      'Ineffective',
      'Refused',
      'Unknown',
      'DryRun',
      'Cancelled',
      'Expired',
      'TargetGone',
    ])
      expect(outcomeOf(closed(reason))).toBe(reason);
  });

  it('that this page does not know is unknown, and never a success', () => {
    expect(outcomeOf(closed('SomethingNew'))).toBe('Unknown');
  });

  it('has a word of its own', () => {
    expect(new Set(Object.values(OUTCOME_WORD)).size).toBe(Object.keys(OUTCOME_WORD).length);
  });
});

describe('before and after', () => {
  it('unknown has no after, in no form, whatever the steps say', () => {
    fc.assert(
      fc.property(anyCleanup, (one) => {
        fc.pre(outcomeOf(one) === 'Unknown');
        expect(beforeAfter(one).after).toBeNull();
        expect(deltaText(one)).toBe('? GiB');
        expect(afterText(one)).toBe('→ unknown');
      }),
    );
  });

  it('what was not measured after has no after', () => {
    fc.assert(
      fc.property(anyCleanup, (one) => {
        const last = one.steps.findLast((each) => each.state !== 'Pending');
        expect(last?.state === 'Verified' || beforeAfter(one).after === null).toBe(true);
      }),
    );
  });

  it('a ladder goes from before its first step to after its last', () => {
    const steps = [
      step({
        state: 'Verified',
        outcome: 'Ineffective',
        before: measured(90 * MIB),
        after: measured(89 * MIB),
      }),
      step({ state: 'Verified', outcome: 'Freed', before: measured(89 * MIB), after: measured(40 * MIB) }),
    ];
    expect(beforeAfter(closed('Freed', { steps }))).toEqual({ before: 90 * MIB, after: 40 * MIB });
    expect(deltaText(closed('Freed', { steps }))).toBe('−50 MiB');
  });

  it('a target that grew says so with a plus', () => {
    expect(deltaText(verified('Ineffective', 10 * MIB, 12 * MIB))).toBe('+2 MiB');
  });

  it('what was refused has a before and sent nothing', () => {
    const refused = closed('Refused', {
      steps: [step({ state: 'Refused', reason: 'NoHandler', before: measured(10 * MIB) })],
    });
    expect([deltaText(refused), afterText(refused)]).toEqual(['0', 'not sent']);
  });
});

describe('the bar', () => {
  it('shares add up to the whole and none is negative', () => {
    const bytes = fc.nat({ max: 2 ** 48 });
    fc.assert(
      fc.property(bytes, fc.option(bytes), (before, after) => {
        const shape = barShape({ before, after });
        expect(shape).not.toBeNull();
        const shares = Object.values(shape ?? {}) as number[];
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('outlines exactly what was given back', () => {
    expect(barShape({ before: 100, after: 25 })).toEqual({ kept: 0.25, freed: 0.75, grown: 0 });
    expect(barShape({ before: 25, after: 100 })).toEqual({ kept: 0.25, freed: 0, grown: 0.75 });
    expect(barShape({ before: 50, after: 0 })).toEqual({ kept: 0, freed: 1, grown: 0 });
  });

  it('draws nothing where nothing was measured, and no gain where no after was', () => {
    expect(barShape({ before: null, after: null })).toBeNull();
    expect(barShape({ before: 50, after: null })).toEqual({ kept: 1, freed: 0, grown: 0 });
  });
});

describe('the sentence', () => {
  it('is one for whatever there is: with an end, without a control character', () => {
    fc.assert(
      fc.property(anyCleanup, (one) => {
        const words = sentenceOf(one, NOON_MS);
        expect(words).toMatch(/[.…]$/);
        expect(words).not.toMatch(/[\u0000-\u001f]/);
      }),
    );
  });

  it('says what happened and what happens next', () => {
    const refused = closed('Refused', { steps: [step({ state: 'Refused', reason: 'NoHandler' })] });
    expect(sentenceOf(refused, NOON_MS)).toBe(
      'It has no handler for this signal and would have died of it. Nothing was sent.',
    );
    const unknown = closed('Unknown', { steps: [step({ state: 'Unknown', reason: 'AgentRestarted' })] });
    expect(sentenceOf(unknown, NOON_MS)).toBe(
      'The agent restarted before it answered. Never repeated by itself.',
    );
    expect(sentenceOf(verified('Ineffective', 4096, 3584), NOON_MS)).toBe(
      '512 B of at least 1 KiB came back. Measured again 60 s later.',
    );
    expect(sentenceOf(closed('DryRun'), NOON_MS)).toContain('Nothing was sent');
    expect(sentenceOf(closed('Freed', { policy: null }), NOON_MS)).toContain('by hand');
  });

  it('of one under way counts down, says which step it is at, and never promises', () => {
    const ladder = [
      { act: 'Notify by HTTP', verifyAfterSeconds: 60, minFreedBytes: 1 },
      { act: 'Notify SIGUSR2', verifyAfterSeconds: 60, minFreedBytes: 1 },
    ];
    const executed = cleanup({ ladder, steps: [step({ state: 'Executed', executedAtMs: NOON_MS }), step()] });
    expect(sentenceOf(executed, NOON_MS + 18_000)).toBe('Step 1 of 2: done. Measured again in 42 s.');
    expect(sentenceOf(executed, NOON_MS + 61_000)).toContain('with the next sample');
    expect(sentenceOf(cleanup(), NOON_MS)).toBe('Waiting for its turn. Nothing was sent yet.');
    expect(sentenceOf(cleanup({ notBeforeMs: NOON_MS + 1000 }), NOON_MS)).toBe('Not before 12:00:01 UTC.');
    expect(sentenceOf(cleanup({ steps: [step({ state: 'Issued' })] }), NOON_MS)).toContain(
      'not answered yet',
    );
    expect(sentenceOf(cleanup({ cancelled: true }), NOON_MS)).toContain('Cancelling');
  });

  it('keeps a reason that it does not know, with the words that came with it', () => {
    const steps = [step({ state: 'Refused', reason: 'SomethingNew', message: 'look\nthere' })];
    expect(sentenceOf(closed('Refused', { steps }), NOON_MS)).toBe(
      'Something new: look‹LF›there. Nothing was sent.',
    );
    const said = { reason: 'Refused', message: 'The mode is Observe by now', atMs: NOON_MS };
    expect(sentenceOf(cleanup({ steps: [], completed: said }), NOON_MS)).toBe(
      'The mode is Observe by now. Nothing was sent.',
    );
  });
});

describe('its place', () => {
  it('is when it ended, else when it was made', () => {
    expect(timeOf(cleanup({ createdAtMs: 5 }))).toBe(5);
    expect(timeOf(closed('Freed', { createdAtMs: 5 }, 9))).toBe(9);
    expect(timeOf(closed('Freed', { createdAtMs: 5 }, NaN))).toBe(5);
  });

  it('the step that counts is the last that was begun', () => {
    expect(stepAt(cleanup({ steps: [] }))).toBe(0);
    expect(stepAt(cleanup({ steps: [step({ state: 'Refused' }), step({ state: 'Issued' }), step()] }))).toBe(
      1,
    );
  });
});
