/*
 * The life of a cleanup: answers, kills, clock jumps, edits, cancellations, pauses, lost sessions in any order.
 */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { World, type Event, type Outcome } from '../test/cleanup-world.js';
import { HOUR } from '../test/objects.js';

const outcome = fc.constantFrom<Outcome>(
  'Executed',
  'Executed',
  'Unknown',
  'RateLimited',
  'StaleEpoch',
  'NoHandler',
  'StopFile',
  'TargetGone',
  'EndpointFailed',
);
const ms = fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: -2 * HOUR, max: 2 * HOUR }));
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Event>({ kind: 'Look' }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('Agent' as const), outcome }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('Time' as const), ms: fc.integer({ min: 0, max: 90_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('Clock' as const, 'NodeClock' as const), ms }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('Memory' as const), gib: fc.integer({ min: 1, max: 99 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Event>({ kind: 'Kill' }, { kind: 'KillAfterCommit' }, { kind: 'NewJournal' }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('Pause' as const, 'Connect' as const), on: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('Forbid' as const, 'Unwanted' as const), on: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Event>({ kind: 'Cancel' }, { kind: 'Reboot' }, { kind: 'Exit' }) },
);

const reached = new Map<string, number>();

it('keeps its promises whatever happens, and is closed by the deadline', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(event, { minLength: 5, maxLength: 60 }),
      (steps, events) => {
        const world = new World(steps);
        for (const each of events) {
          world.happen(each);
          expect(world.isTrue()).toBe(true);
        }
        expect(new Set(world.acts).size).toBe(world.acts.length);
        world.nowMs = Math.max(world.nowMs, Date.parse(world.committed.spec.deadline));
        world.settle();
        const [completed] = world.committed.status.conditions;
        expect(completed).toMatchObject({ type: 'Completed', status: 'True' });
        expect(world.isTrue()).toBe(true);
        reached.set(completed!.reason, (reached.get(completed!.reason) ?? 0) + 1);
        // Closed is for ever.
        const closed = world.committed;
        world.isPaused = false;
        world.settle();
        expect(world.committed).toBe(closed);
      },
    ),
    { numRuns: 1500, seed: 11 },
  );
  expect([...reached.keys()].sort()).toEqual([
    'Cancelled',
    'Expired',
    'Freed',
    'Ineffective',
    'Refused',
    'TargetGone',
    'Unknown',
  ]);
});
