import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextDuty, type DutyFacts, type DutyState } from './duty-state.js';

const state = fc.constantFrom<DutyState>('Following', 'Taking', 'Leading', 'Lapsed');
const facts = fc.record({ isLeader: fc.boolean(), isOtherLeading: fc.boolean(), isTaken: fc.boolean() });

function settled(from: DutyState, given: DutyFacts): DutyState {
  let now = from;
  for (let i = 0; i < 4; i += 1) now = nextDuty(now, given);
  return now;
}

describe('what a replica is to do', () => {
  it('is to lead only while it is the leader and has read what is committed in this term', () => {
    fc.assert(
      fc.property(state, facts, (before, given) => {
        const after = nextDuty(before, given);
        if (after !== 'Leading') return;
        expect(given.isLeader).toBe(true);
        expect(before === 'Leading' || (before === 'Taking' && given.isTaken)).toBe(true);
      }),
    );
  });

  it('comes to rest, and what it does then is said by the facts alone where somebody leads', () => {
    fc.assert(
      fc.property(state, state, facts, (one, other, given) => {
        const rest = settled(one, given);
        expect(nextDuty(rest, given)).toBe(rest);
        const isSaid = (given.isLeader && given.isTaken) || (!given.isLeader && given.isOtherLeading);
        fc.pre(isSaid);
        expect(rest).toBe(given.isLeader ? 'Leading' : 'Following');
        expect(settled(other, given)).toBe(rest);
      }),
    );
  });

  it('goes on hearing agents only where it led, and nobody else does', () => {
    fc.assert(
      fc.property(state, facts, (before, given) => {
        if (nextDuty(before, given) !== 'Lapsed') return;
        expect(given.isLeader || given.isOtherLeading).toBe(false);
        expect(['Leading', 'Lapsed']).toContain(before);
      }),
    );
  });
});
