import { describe, expect, it } from '@jest/globals';
import { classOf, errorClass, escalates, passes } from './refusals.js';

describe('what a refusal means', () => {
  it('only what the target cannot take escalates, and only what passes is tried again: never both', () => {
    const reasons = [
      'StopFile',
      'Paused',
      'StaleEpoch',
      'NotAllowedHere',
      'RateLimited',
      'ProtectedUser',
      'TargetGone',
      'NoHandler',
      'NotOptedIn',
      'EndpointFailed',
      'Malformed',
      'Frozen',
      'Protected',
    ] as const;
    expect(reasons.filter((reason) => escalates(reason))).toEqual([
      'NoHandler',
      'NotOptedIn',
      'EndpointFailed',
    ]);
    expect(reasons.filter((reason) => passes(reason))).toEqual(['StaleEpoch', 'RateLimited']);
  });

  it('what nobody knows is stalled: no strategy tries it again', () => {
    for (const reason of [
      'AgentRestarted',
      'JournalLost',
      'NotJournaled',
      'NoAnswer',
      'NotMeasured',
    ] as const) {
      expect(errorClass(reason)).toBe('Stalled');
      expect(escalates(reason)).toBe(false);
    }
  });

  it('a word that this version does not know has no class: it closes', () => {
    for (const word of ['NewReason', 'constructor', '__proto__', '', undefined]) {
      expect(classOf(word)).toBeNull();
      expect(escalates(word)).toBe(false);
    }
  });
});
