/*
 * What a replica is to do about leading, as a function of what it does now and of what is known. Pure; state.md, section
 * "Leader", is this table. What always holds: only Leading decides and acts, and nobody goes to Leading but from Taking.
 */

/**
 * Following: another replica leads, or none; agents are refused. Taking: it leads, and what is committed is being read.
 * Leading: it decides, acts and takes the streams. Lapsed: it led, and nobody is known to lead now: nothing is decided,
 * what agents report is still heard, since nobody else would hear it.
 */
export type DutyState = 'Following' | 'Taking' | 'Leading' | 'Lapsed';

export interface DutyFacts {
  readonly isLeader: boolean;
  /** Another replica is known to lead. */
  readonly isOtherLeading: boolean;
  /** Everything committed before this term was read. */
  readonly isTaken: boolean;
}

export function nextDuty(state: DutyState, { isLeader, isOtherLeading, isTaken }: DutyFacts): DutyState {
  if (isLeader) return state === 'Leading' || (state === 'Taking' && isTaken) ? 'Leading' : 'Taking';
  if (state === 'Leading') return isOtherLeading ? 'Following' : 'Lapsed';
  return state === 'Lapsed' && !isOtherLeading ? 'Lapsed' : 'Following';
}
