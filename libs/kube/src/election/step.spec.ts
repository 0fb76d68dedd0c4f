import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidValue } from '#contracts/errors';
import { leaseBody, parseLease, renewTimeAfter, type LeaseRecord, type StoredLease } from './lease.js';
import {
  checkTimes,
  doubted,
  ELECTION_TIMES,
  heard,
  isLeading,
  leaderAt,
  newElection,
  nextElectionStep,
  observed,
  postponed,
  releaseStep,
  resigned,
  written,
  type ElectionState,
} from './step.js';
import { ElectionWorld } from '../../test/election-world.js';

const ME = { identity: 'pod-a', instance: 'ia', address: '10.0.0.1:8460' };
const OTHER = { identity: 'pod-b', instance: 'ib', address: '10.0.0.2:8460' };

function record(change: Partial<LeaseRecord> = {}): LeaseRecord {
  const { identity: holder, instance, address } = OTHER;
  const acquireTime = '2026-11-21T12:00:00.000000Z';
  return {
    holder,
    instance,
    address,
    durationSeconds: 10,
    acquireTime,
    renewTime: acquireTime,
    transitions: 3,
    ...change,
  };
}

function lease(change: Partial<LeaseRecord> = {}, version = '7'): StoredLease {
  return {
    version,
    record: record(change),
    metadata: { name: 'memwarden-controller', resourceVersion: version },
  };
}

const fresh = (): ElectionState => newElection(ME, ELECTION_TIMES);
const mine = { holder: ME.identity, instance: ME.instance, address: ME.address };

describe('nextElectionStep', () => {
  it('reads before anything else', () => {
    expect(nextElectionStep(fresh(), 0, 0)).toEqual({ kind: 'Read' });
  });

  it('creates what is not there', () => {
    const step = nextElectionStep(observed(fresh(), null, 5), 5, 0);
    expect(step).toMatchObject({ kind: 'Write', over: null, record: { holder: 'pod-a', transitions: 0 } });
  });

  it('waits as long as another holds it, from when its record was first seen', () => {
    let state = observed(fresh(), lease(), 1000);
    state = observed(state, lease({}, '8'), 9000); // somebody labelled it: no renewal
    expect(nextElectionStep(state, 9000, 0)).toEqual({ kind: 'Wait', untilMs: 11_000 });
    expect(nextElectionStep(state, 11_000, 0)).toMatchObject({ kind: 'Write', over: { version: '8' } });
  });

  it('starts the wait anew with each renewal that is seen', () => {
    let state = observed(fresh(), lease(), 1000);
    state = heard(state, lease({ renewTime: '2026-11-21T12:00:02.000000Z' }, '8'), 4000);
    expect(nextElectionStep(state, 11_000, 0)).toEqual({ kind: 'Wait', untilMs: 14_000 });
  });

  it('takes what was given back at once, and counts the transition', () => {
    const state = observed(fresh(), lease({ holder: '' }), 0);
    expect(nextElectionStep(state, 0, 0)).toMatchObject({
      kind: 'Write',
      record: { ...mine, transitions: 4 },
    });
  });

  it.each([
    [30, 30_000],
    [100_000, 60_000],
    [1, 10_000],
  ])('believes a lease of %d s for %d ms', (durationSeconds, waitMs) => {
    const state = observed(fresh(), lease({ durationSeconds }), 0);
    expect(nextElectionStep(state, 0, 0)).toEqual({ kind: 'Wait', untilMs: waitMs });
  });

  it('does not take a lease of its own name for its own', () => {
    const state = observed(fresh(), lease({ holder: 'pod-a', instance: 'another process' }), 0);
    expect(nextElectionStep(state, 0, 0)).toEqual({ kind: 'Wait', untilMs: 10_000 });
  });

  it('does not lead at once when a record is deleted whose holder may not know yet', () => {
    const state = observed(observed(fresh(), lease(), 0), null, 3000);
    expect(nextElectionStep(state, 3000, 0)).toEqual({ kind: 'Wait', untilMs: 13_000 });
  });

  it('renews after the period, not before', () => {
    const state = written(observed(fresh(), null, 0), lease(mine), 100, 150);
    expect(nextElectionStep(state, 150, 0)).toEqual({ kind: 'Wait', untilMs: 2600 });
    expect(nextElectionStep(state, 2600, 0)).toMatchObject({ kind: 'Write', record: { transitions: 3 } });
  });

  it('waits after a failure, at most twice the pause', () => {
    expect(nextElectionStep(postponed(fresh(), 0, 1), 0, 0)).toEqual({ kind: 'Wait', untilMs: 1000 });
  });
});

describe('who leads', () => {
  const leading = written(observed(fresh(), null, 0), lease(mine), 100, 900);

  it('counts from when the write was sent', () => {
    expect([isLeading(leading, 7099), isLeading(leading, 7100)]).toEqual([true, false]);
    expect([leaderAt(leading, 7099)?.identity, leaderAt(leading, 7100)]).toEqual(['pod-a', null]);
  });

  it('ends when another is seen, by a resignation, and not by doubt', () => {
    expect(isLeading(observed(leading, lease({}, '9'), 1000), 1000)).toBe(false);
    expect(isLeading(doubted(leading), 1000)).toBe(true);
    const state = resigned(leading);
    expect(isLeading(written(state, lease(mine, '9'), 2000, 2000), 2000)).toBe(false);
  });

  it('looks for itself when it hears of another: news may be old', () => {
    const state = heard(leading, lease({}, '6'), 1000);
    expect([isLeading(state, 1000), nextElectionStep(state, 1000, 0)]).toEqual([true, { kind: 'Read' }]);
  });

  it('knows another leader until its record is too old', () => {
    const state = observed(fresh(), lease(), 0);
    expect(leaderAt(state, 9999)).toEqual({ identity: 'pod-b', address: '10.0.0.2:8460' });
    expect([leaderAt(state, 10_000), leaderAt(observed(fresh(), lease({ holder: '' }), 0), 0)]).toEqual([
      null,
      null,
    ]);
  });

  it('gives back what it holds, and nothing else', () => {
    expect(releaseStep(leading, 0)).toMatchObject({ record: { holder: '' }, over: { version: '7' } });
    expect(releaseStep(observed(fresh(), lease(), 0), 0)).toBeNull();
  });
});

describe('checkTimes', () => {
  it.each([
    { renewDeadlineMs: 10_000 },
    { renewPeriodMs: 4_000 },
    { leaseDurationMs: 61_000 },
    { leaseDurationMs: 9_500 },
    { retryMs: 0 },
  ])('refuses %j', (change) => {
    expect(() => checkTimes({ ...ELECTION_TIMES, ...change })).toThrow(InvalidValue);
  });
});

describe('a Lease', () => {
  it('is read as it was written, and keeps what others put there', () => {
    const over = parseLease({
      metadata: {
        resourceVersion: '4',
        labels: { team: 'x' },
        annotations: { note: 'keep', 'memwarden.dev/instance': 'old' },
      },
      spec: {},
    });
    const body = leaseBody({ namespace: 'ns', name: 'n' }, record(), over);
    expect(body).toMatchObject({ metadata: { labels: { team: 'x' }, annotations: { note: 'keep' } } });
    expect(parseLease(body).record).toEqual(record());
  });

  it('is nobody’s when it holds nonsense, and not one without a version', () => {
    const odd = {
      metadata: { resourceVersion: '1', annotations: 3 },
      spec: { holderIdentity: {}, leaseTransitions: -1 },
    };
    expect(parseLease(odd).record).toMatchObject({ holder: '', transitions: 0 });
    for (const body of [null, 'text', {}, { metadata: [] }])
      expect(() => parseLease(body)).toThrow(InvalidValue);
  });

  it('is renewed with a later time, whatever the wall clock says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.array(fc.integer({ min: -300_000, max: 3 }), { maxLength: 40 }),
        (startMs, jumps) => {
          let time = renewTimeAfter('', startMs);
          for (const jump of jumps) {
            const next = renewTimeAfter(time, startMs + jump);
            expect(next > time && /^.{19}\.\d{6}Z$/.test(next)).toBe(true);
            time = next;
          }
        },
      ),
    );
    expect(renewTimeAfter('2026-01-01T00:00:00.000999Z', 0)).toBe('2026-01-01T00:00:00.001000Z');
    expect(renewTimeAfter('nonsense', 0)).toBe('1970-01-01T00:00:00.000000Z');
  });
});

describe('with delays, lost answers, stalls, crashes and clocks that disagree', () => {
  it('there are never two leaders', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 3 }), (seed, candidates) => {
        const world = new ElectionWorld({ seed, candidates, faults: 1 });
        world.run(120_000);
        expect(world.conflicts).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('there is one, soon after everything is well again', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const world = new ElectionWorld({ seed, candidates: 3, faults: 1 });
        world.run(60_000);
        world.heal();
        world.run(40_000);
        expect([world.conflicts, world.leaders().length]).toEqual([[], 1]);
      }),
      { numRuns: 100 },
    );
  });
});
