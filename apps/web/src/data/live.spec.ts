import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  BEFORE_START,
  isSilent,
  QUIET_MS,
  retryDelayMs,
  step,
  type Effect,
  type LiveEvent,
  type LiveState,
} from './live.js';
import { ledgerFrom, nodesFrom, type PageLedger } from './wire.js';

const [NODE] = nodesFrom([{ node: 'a', connected: true }]);
const NODES = NODE === undefined ? [] : [NODE];
const PROBLEM = { status: 500, text: 'broken' };

function ledger(takenAtMs: number, node = 'a'): PageLedger {
  const made = ledgerFrom({ node, takenAt: new Date(takenAtMs).toISOString(), devices: [] });
  if (made === null) throw new TypeError('no ledger');
  return made;
}

function run(events: readonly LiveEvent[], from = BEFORE_START): { state: LiveState; effects: Effect[] } {
  let state = from;
  const effects: Effect[] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

const STARTED: readonly LiveEvent[] = [
  { kind: 'started', nowMs: 0, node: null },
  { kind: 'streamOpened', nowMs: 1 },
  { kind: 'nodesCame', nowMs: 2, nodes: NODES },
  { kind: 'ledgerCame', nowMs: 3, ledger: ledger(2) },
];
const live = run(STARTED).state;
const notice = (nowMs: number, node = 'a'): LiveEvent => ({ kind: 'noticed', nowMs, about: 'ledger', node });

describe('the live state', () => {
  it('starts by listening and asking who is there, then reads the first node', () => {
    const { state, effects } = run(STARTED);
    expect(effects.map((effect) => effect.kind)).toEqual([
      'openStream',
      'readNodes',
      'readNodes',
      'readLedger',
    ]);
    expect(state).toMatchObject({ link: { kind: 'live' }, node: 'a', reading: 'idle' });
  });

  it('reads at once when a sample is noticed, and once more for all that came meanwhile', () => {
    const { state, effects } = run([notice(10), notice(11), notice(12)], live);
    expect(effects).toEqual([{ kind: 'readLedger', node: 'a' }]);
    const after = run([{ kind: 'ledgerCame', nowMs: 13, ledger: ledger(10) }], state);
    expect(after.effects).toEqual([{ kind: 'readLedger', node: 'a' }]);
    expect(run([{ kind: 'ledgerCame', nowMs: 14, ledger: ledger(12) }], after.state).effects).toEqual([]);
  });

  it('leaves other nodes’ samples alone', () => {
    expect(
      run([notice(10, 'b')], { ...live, nodes: [...NODES, ...nodesFrom([{ node: 'b' }])] }).effects,
    ).toEqual([]);
  });

  it('keeps what it showed when the link is lost, and says when it tries again', () => {
    const { state, effects } = run([{ kind: 'streamFailed', nowMs: 100, chance: 0 }], live);
    expect(state.ledger).toBe(live.ledger);
    expect(state.link).toEqual({ kind: 'lost', sinceMs: 100, retryAtMs: 600, attempt: 1 });
    expect(effects).toEqual([{ kind: 'closeStream' }, { kind: 'retryAt', atMs: 600 }]);
  });

  it('counts how long it is lost from the first failure, through every attempt', () => {
    const { state } = run(
      [
        { kind: 'streamFailed', nowMs: 100, chance: 0 },
        { kind: 'retryDue', nowMs: 600 },
        { kind: 'streamFailed', nowMs: 700, chance: 1 },
      ],
      live,
    );
    expect(state.link).toEqual({ kind: 'lost', sinceMs: 100, retryAtMs: 2_700, attempt: 2 });
  });

  it('reads everything anew once it is back: notices were missed', () => {
    const lost = run([{ kind: 'streamFailed', nowMs: 100, chance: 0 }], live).state;
    const { state, effects } = run(
      [
        { kind: 'retryDue', nowMs: 600 },
        { kind: 'streamOpened', nowMs: 610 },
      ],
      lost,
    );
    expect(effects.map((effect) => effect.kind)).toEqual([
      'openStream',
      'readNodes',
      'readNodes',
      'readLedger',
    ]);
    expect(state).toMatchObject({ link: { kind: 'live' }, failures: 0, lostSinceMs: null });
  });

  it('tries a failed read again, later each time', () => {
    const failed: LiveEvent = { kind: 'ledgerFailed', nowMs: 50, chance: 1, node: 'a', problem: PROBLEM };
    const once = run([notice(40), failed], live);
    expect(once.effects.at(-1)).toEqual({ kind: 'retryAt', atMs: 1_050 });
    const again = run([{ kind: 'retryDue', nowMs: 1_050 }], once.state);
    expect(again.effects).toEqual([{ kind: 'readLedger', node: 'a' }]);
    expect(run([failed], again.state).effects).toEqual([{ kind: 'retryAt', atMs: 2_050 }]);
  });

  it('asks whether anybody is there after a quiet time', () => {
    expect(run([{ kind: 'quiet', nowMs: QUIET_MS - 1 }], live).effects).toEqual([]);
    const { effects } = run([{ kind: 'quiet', nowMs: QUIET_MS + 3 }], live);
    expect(effects.map((effect) => effect.kind)).toEqual(['readNodes', 'readLedger']);
  });

  it('forgets the ledger of a node that is no longer looked at', () => {
    const { state, effects } = run([{ kind: 'nodeWanted', nowMs: 20, node: 'b' }], live);
    expect(state).toMatchObject({ node: 'b', ledger: null });
    expect(effects).toEqual([{ kind: 'readLedger', node: 'b' }]);
    expect(run([{ kind: 'ledgerCame', nowMs: 21, ledger: ledger(9, 'a') }], state).state.ledger).toBeNull();
  });

  it('takes three missing samples for silence', () => {
    const two = run(
      [notice(5_000), { kind: 'ledgerCame', nowMs: 5_001, ledger: ledger(10_002) }],
      live,
    ).state;
    expect(two.intervalMs).toBe(10_000);
    expect([isSilent(two, 10_002 + 29_999), isSilent(two, 10_002 + 30_001)]).toEqual([false, true]);
  });

  it('waits between half and all of a delay that doubles up to 30 s', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
        const delay = retryDelayMs(failures, chance);
        const ceiling = Math.min(30_000, 1_000 * 2 ** failures);
        expect(delay >= ceiling / 2 - 1 && delay <= ceiling).toBe(true);
      }),
    );
  });
});

const anyEvent: fc.Arbitrary<LiveEvent> = fc.oneof(
  fc.constantFrom<LiveEvent>(
    { kind: 'streamOpened', nowMs: 1 },
    { kind: 'streamFailed', nowMs: 1, chance: 0.5 },
    { kind: 'nodesCame', nowMs: 1, nodes: NODES },
    { kind: 'nodesFailed', nowMs: 1, chance: 0.5, problem: PROBLEM },
    { kind: 'nodesFailed', nowMs: 1, chance: 0.5, problem: { status: 0, text: 'gone' } },
    { kind: 'ledgerCame', nowMs: 1, ledger: ledger(1) },
    { kind: 'ledgerFailed', nowMs: 1, chance: 0.5, node: 'a', problem: PROBLEM },
    { kind: 'retryDue', nowMs: 1 },
    { kind: 'quiet', nowMs: 90_000 },
  ),
  fc.constantFrom(notice(2), notice(2, 'b')),
);

describe('whatever happens, in whatever order', () => {
  it('at most one read of the ledger is under way, and a lost link has its next attempt set', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        let state = run([{ kind: 'started', nowMs: 0, node: null }]).state;
        let underway = 0;
        for (const event of events) {
          if (event.kind === 'ledgerCame' || event.kind === 'ledgerFailed') {
            // Only what was asked for is answered.
            if (underway === 0) continue;
            underway -= 1;
          }
          const next = step(state, event);
          // What is lost is not waited for.
          if (next.state.reading === 'idle') underway = 0;
          underway += next.effects.filter((effect) => effect.kind === 'readLedger').length;
          const lost = state.link.kind !== 'lost' && next.state.link.kind === 'lost';
          expect(underway).toBeLessThanOrEqual(1);
          expect(!lost || next.effects.some((effect) => effect.kind === 'retryAt')).toBe(true);
          expect(state.ledger === null || next.state.ledger !== null).toBe(true);
          state = next.state;
        }
      }),
      { numRuns: 500 },
    );
  });
});
