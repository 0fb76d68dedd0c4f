import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { actOf, deltaText, outcomeOf, sentenceOf } from '../model/cleanup.js';
import { decisionText, holdsText } from '../model/finding.js';
import { policyWord, problemsOf, rulesText } from '../model/policy.js';
import { cleanupFrom, continueFrom, findingFrom, itemsFrom, modeNowFrom, quantityBytes } from './objects.js';
import { policyFrom } from './policies.js';

const meta = { metadata: { name: 'x' } };

describe('objects of the API', () => {
  it('never throw, whatever they are, and what comes out can be said', () => {
    const field = fc.dictionary(
      fc.constantFrom(
        'metadata',
        'spec',
        'status',
        'name',
        'target',
        'steps',
        'ladder',
        'conditions',
        'rules',
        'detectors',
        'match',
        'lastDay',
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.jsonValue(), field, (value, fields) => {
        for (const item of [
          { ...fields, ...meta },
          { ...meta, spec: fields, status: fields },
        ]) {
          const cleanup = cleanupFrom(item);
          const finding = findingFrom(item);
          const policy = policyFrom(item);
          if (cleanup === null || finding === null || policy === null) continue;
          outcomeOf(cleanup);
          expect(`${actOf(cleanup)}${deltaText(cleanup)}${sentenceOf(cleanup, 0)}`).not.toBe('');
          expect(`${holdsText(finding)}${decisionText(finding, cleanup)}`).not.toBe('');
          expect(`${policyWord(policy)}${rulesText(policy)}${problemsOf(policy).join('')}`).not.toBe('');
        }
        itemsFrom(value, findingFrom);
        continueFrom(value);
        modeNowFrom(value);
      }),
    );
  });

  it('without a name are left out', () => {
    expect(itemsFrom({ items: [{}, meta, { metadata: { name: 7 } }] }, cleanupFrom)).toHaveLength(1);
  });

  it('keep what is missing missing: null, not zero', () => {
    expect(findingFrom(meta)).toMatchObject({
      bytes: null,
      percent: null,
      limitBytes: null,
      stage: 'Suspected',
    });
    const steps = [{ state: 'Issued', before: { bytes: null, quality: 'Unknown' } }];
    const cleanup = cleanupFrom({ ...meta, status: { steps } });
    expect(cleanup).toMatchObject({ steps: [{ before: { bytes: null }, after: null, outcome: null }] });
    expect(policyFrom(meta)).toMatchObject({ mode: null, rules: null, lastDay: null, accepted: null });
  });

  it('a condition that is not True does not hold', () => {
    const conditions = [{ type: 'Completed', status: 'Unknown', reason: 'Freed' }];
    expect(cleanupFrom({ ...meta, status: { conditions } })?.completed).toBeNull();
    const stages = [
      { type: 'Suspected', status: 'True' },
      { type: 'Confirmed', status: 'True', reason: 'Above' },
      { type: 'Closed', status: 'False' },
    ];
    expect(findingFrom({ ...meta, status: { conditions: stages } })).toMatchObject({
      stage: 'Confirmed',
      stageSaid: { reason: 'Above' },
    });
  });

  it('name the act in a person’s words', () => {
    const ladder = [
      {
        type: 'Notify',
        notify: { transport: 'Signal', signal: 'SIGHUP' },
        minFreed: '1Gi',
        verifyAfterSeconds: 9,
      },
      { type: 'Notify', notify: { transport: 'PodHTTP' } },
      { type: 'Evict' },
    ];
    expect(cleanupFrom({ ...meta, spec: { ladder } })?.ladder).toEqual([
      { act: 'Notify SIGHUP', minFreedBytes: 2 ** 30, verifyAfterSeconds: 9 },
      { act: 'Notify by HTTP', minFreedBytes: null, verifyAfterSeconds: 0 },
      { act: 'Evict', minFreedBytes: null, verifyAfterSeconds: 0 },
    ]);
  });

  it('read quantities as Kubernetes writes them', () => {
    const quantities: readonly [unknown, number | null][] = [
      [7, 7],
      ['7', 7],
      ['1.5Gi', 1.5 * 2 ** 30],
      ['2k', 2000],
      ['3M', 3e6],
      ['-1', null],
      ['1 Gi', null],
      [Infinity, null],
      [null, null],
    ];
    for (const [text, bytes] of quantities) expect(quantityBytes(text)).toBe(bytes);
  });

  it('tell what a policy matches and where it is from', () => {
    const policy = policyFrom({
      metadata: { name: 'p', annotations: { 'memwarden.dev/source': '/p/a.yaml' } },
      spec: {
        mode: 'Enforce',
        match: { processes: { names: ['node', 'x'] }, podSelector: { matchLabels: { app: 'cache' } } },
        windows: [{ schedule: '0 22 * * *', durationSeconds: 21_600, timeZone: 'Europe/Berlin' }],
        limits: { perHour: 20, perNode: 1 },
      },
    });
    expect(policy).toMatchObject({
      mode: 'Enforce',
      match: 'processes named node, x; pods with app=cache',
      windows: ['0 22 * * * for 6 h, Europe/Berlin'],
      limits: '20 an hour, 1 at once on a node',
      source: '/p/a.yaml',
    });
  });

  it('a mode that says nothing is none', () => {
    expect(modeNowFrom({})).toBeNull();
    expect(modeNowFrom({ effective: 'Enforce', acts: 'On', breaker: { open: false } })).toMatchObject({
      effective: 'Enforce',
      actsOn: true,
      breaker: null,
      pause: null,
      nodes: [],
    });
    expect(modeNowFrom({ effective: 'AllOut' })?.effective).toBe('Observe');
  });
});
