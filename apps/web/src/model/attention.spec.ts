import { describe, expect, it } from '@jest/globals';
import { cleanup, closed, finding, MODE_ON, NOON_MS, policy } from '../../test/objects.js';
import { attentionOf, needing, whyNeeded, type Records } from './attention.js';
import type { Cleanup, Finding, Policy } from './objects.js';

function records(
  findings: readonly Finding[],
  cleanups: readonly Cleanup[] = [],
  own: Policy = policy(),
): Records {
  return {
    findings: new Map(findings.map((one) => [one.name, one])),
    cleanups: new Map(cleanups.map((one) => [one.name, one])),
    policies: new Map([[own.name, own]]),
    mode: MODE_ON,
  };
}

const decided = (kind: string, reason: string): Finding['decision'] => ({
  kind,
  reason,
  message: '',
  atMs: NOON_MS,
});
const observes = policy({ mode: 'Observe' });

interface Row {
  readonly what: string;
  readonly finding: Partial<Finding>;
  readonly last?: Cleanup;
  readonly own: Policy;
  readonly needed: boolean;
}

const TABLE: readonly Row[] = [
  { what: 'its policy only observes', finding: {}, own: observes, needed: true },
  {
    what: 'a rule refused',
    finding: { decision: decided('Refuse', 'TooOftenIneffective') },
    own: policy(),
    needed: true,
  },
  {
    what: 'the mode only observes',
    finding: { decision: decided('Observe', 'ModeObserve') },
    own: policy(),
    needed: true,
  },
  {
    what: 'the act was ineffective, and its policy will try again',
    finding: { cleanup: 'c', decision: decided('Wait', 'Cooldown') },
    last: closed('Ineffective'),
    own: policy(),
    needed: false,
  },
  {
    what: 'the act was ineffective, and was so too often',
    finding: { cleanup: 'c', decision: decided('Refuse', 'TooOftenIneffective') },
    last: closed('Ineffective'),
    own: policy(),
    needed: true,
  },
  {
    what: 'the act was ineffective, and its policy only observes by now',
    finding: { cleanup: 'c' },
    last: closed('Ineffective'),
    own: observes,
    needed: true,
  },
  {
    what: 'nobody knows what became of the act',
    finding: { cleanup: 'c' },
    last: closed('Unknown'),
    own: policy(),
    needed: true,
  },
  {
    what: 'the act was refused',
    finding: { cleanup: 'c' },
    last: closed('Refused'),
    own: policy(),
    needed: true,
  },
  {
    what: 'its mark is not known: it is confirmed',
    finding: { detector: 'other' },
    own: observes,
    needed: true,
  },
  { what: 'nothing decided yet', finding: {}, own: policy(), needed: false },
  {
    what: 'it waits for its hour',
    finding: { decision: decided('Wait', 'OutsideWindow') },
    own: policy(),
    needed: false,
  },
  {
    what: 'a cleanup is under way',
    finding: { cleanup: 'c' },
    last: cleanup(),
    own: policy(),
    needed: false,
  },
  {
    what: 'a cleanup freed enough',
    finding: { cleanup: 'c' },
    last: closed('Freed'),
    own: policy(),
    needed: false,
  },
  { what: 'only suspected', finding: { stage: 'Suspected' }, own: observes, needed: false },
  { what: 'closed', finding: { stage: 'Closed' }, own: observes, needed: false },
  { what: 'below its mark by now', finding: { percent: 89.9 }, own: observes, needed: false },
  { what: 'no pressure', finding: { type: 'Idle' }, own: observes, needed: false },
];

describe('a finding needs a person', () => {
  it.each(TABLE)('$what', ({ finding: more, last, own, needed }) => {
    const one = finding(more);
    expect(whyNeeded(one, records([one], last === undefined ? [] : [last], own)) !== null).toBe(needed);
  });
});

describe('the banner', () => {
  it('is empty where nobody is needed', () => {
    expect(attentionOf(records([]))).toBeNull();
    expect(attentionOf(records([finding()]))).toBeNull();
  });

  it('names the worst, says how much of which limit and why, and counts the rest', () => {
    const all = [
      finding({ name: 'f1' }),
      finding({ name: 'f2', percent: 99, bytes: 99 }),
      finding({ name: 'f3' }),
    ];
    const shown = attentionOf(records(all, [], observes));
    expect(shown).toMatchObject({
      kind: 'finding',
      count: 3,
      who: 'cache 7',
      text: 'holds 99 B, 99 % of its 100 B limit. Its policy only observes.',
    });
    expect(needing(records(all, [], observes))[0]?.name).toBe('f2');
  });

  it('an open breaker stands before every finding', () => {
    const mode = { ...MODE_ON, breaker: { reason: '3 acts freed nothing', sinceMs: NOON_MS } };
    const shown = attentionOf({ ...records([finding()], [], observes), mode });
    expect(shown).toEqual({
      kind: 'breaker',
      text: 'The breaker opened at 12:00:00 UTC: 3 acts freed nothing. Nothing is done until a person resets it.',
    });
  });

  it('a pause is somebody’s doing and needs nobody', () => {
    const pause = { by: 'a', atMs: NOON_MS, reason: '' };
    expect(attentionOf({ ...records([]), mode: { ...MODE_ON, pause, actsOn: false } })).toBeNull();
  });
});
